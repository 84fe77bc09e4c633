// cargo test
use reqwest::blocking::Client;
use reqwest::Certificate;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

// A simulated cluster of its own, until it is dropped.
struct Cluster(Child, Value);

impl Cluster {
    fn start() -> Self {
        let mut simulator = Command::new("certdrill-sim")
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("certdrill-sim is on the PATH");
        let mut line = String::new(); // comes once every port accepts
        BufReader::new(simulator.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Cluster(simulator, serde_json::from_str(&line).unwrap())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_lost_confirmation_is_409_and_the_retry_finishes_the_job() {
    let cluster = Cluster::start();
    let text = |pointer: &str| cluster.1.pointer(pointer).unwrap().as_str().unwrap();
    let body = std::fs::read(std::env::var("CERTDRILL_REQUEST").unwrap()).unwrap();
    let ca = Certificate::from_pem(text("/ca").as_bytes()).unwrap();
    let client = Client::builder().add_root_certificate(ca).build().unwrap();
    let update = || {
        client
            .put(format!("{}/v1/cluster/update_cert", text("/nodes/0/rest")))
            .basic_auth(text("/username"), Some(text("/password")))
            .header("Content-Type", "application/json")
            .body(body.clone())
            .send()
            .unwrap()
            .status()
    };
    client.put(format!("{}/sim/v1/drills/ack-lost", text("/control"))).send().unwrap();
    assert_eq!(update(), 409);
    assert_eq!(update(), 200);
    let told: Value = client.get(format!("{}/sim/v1/convergence", text("/control"))).send().unwrap().json().unwrap();
    assert_eq!(told["converged"], true);
}
