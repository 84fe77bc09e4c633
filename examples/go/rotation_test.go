// go test ./...
package rotation

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"testing"
)

type cluster struct {
	Username, Password, Control, CA string
	Nodes                           []struct{ Rest string }
}

// A simulated cluster of its own, for the time of the test.
func start(t *testing.T) (ready cluster) {
	simulator := exec.Command("certdrill-sim", "--port", "0")
	out, _ := simulator.StdoutPipe()
	if err := simulator.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { simulator.Process.Kill(); simulator.Wait() })
	line, _ := bufio.NewReader(out).ReadBytes('\n') // once every port accepts
	if err := json.Unmarshal(line, &ready); err != nil {
		t.Fatal(err)
	}
	return ready
}

func send(t *testing.T, client *http.Client, c cluster, method, url string, body []byte) *http.Response {
	request, _ := http.NewRequest(method, url, bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	if client != http.DefaultClient {
		request.SetBasicAuth(c.Username, c.Password)
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestALostConfirmationIs409AndTheRetryFinishesTheJob(t *testing.T) {
	c, roots := start(t), x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(c.CA))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	body, _ := os.ReadFile(os.Getenv("CERTDRILL_REQUEST")) // certdrill-fixtures generate --out ...
	send(t, http.DefaultClient, c, "PUT", c.Control+"/sim/v1/drills/ack-lost", nil)
	for _, want := range []int{409, 200} {
		if got := send(t, client, c, "PUT", c.Nodes[0].Rest+"/v1/cluster/update_cert", body).StatusCode; got != want {
			t.Fatalf("the update was answered %d, not %d", got, want)
		}
	}
}
