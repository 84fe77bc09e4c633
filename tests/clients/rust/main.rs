// The vendor's Rust client as an application uses it: reads the nodes, replaces a certificate, and says what it made of
// the answer: "success", or "failure: WHY".
use redis_enterprise::{ClusterHandler, EnterpriseClient};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let variable = |name: &str| std::env::var(name).expect(name);
    let client = EnterpriseClient::builder()
        .base_url(variable("REST_URL"))
        .username(variable("REST_USERNAME"))
        .password(variable("REST_PASSWORD"))
        .insecure(true)
        .build()?;
    client.get_raw("/v1/nodes").await?;
    let body = serde_json::from_str(&std::fs::read_to_string(variable("REST_BODY"))?)?;
    match ClusterHandler::new(client).update_cert(body).await {
        Ok(_) => println!("success"),
        Err(why) => println!("failure: {why}"),
    }
    Ok(())
}
