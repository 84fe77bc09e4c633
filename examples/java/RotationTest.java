// mvn test
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.*;
import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.nio.file.*;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import javax.net.ssl.*;
import org.junit.jupiter.api.*;

class RotationTest {
    Process simulator;
    JsonNode ready;
    HttpClient client;

    @BeforeEach
    void start() throws Exception {
        simulator = new ProcessBuilder("certdrill-sim", "--port", "0").redirectError(ProcessBuilder.Redirect.DISCARD).start();
        ready = new ObjectMapper().readTree(simulator.inputReader().readLine());  // once every port accepts
        var anchors = KeyStore.getInstance(KeyStore.getDefaultType());
        anchors.load(null);
        anchors.setCertificateEntry("cluster", CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(ready.get("ca").asText().getBytes())));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(anchors);
        var tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        client = HttpClient.newBuilder().sslContext(tls).build();
    }

    @AfterEach
    void stop() {
        simulator.destroy();
    }

    int put(String url, byte[] body) throws Exception {
        var credentials = ready.get("username").asText() + ":" + ready.get("password").asText();
        return client.send(HttpRequest.newBuilder(URI.create(url)).PUT(HttpRequest.BodyPublishers.ofByteArray(body))
                .header("Content-Type", "application/json")
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes())).build(),
                HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    @Test
    void aLostConfirmationIs409AndTheRetryFinishesTheJob() throws Exception {
        var update = ready.at("/nodes/0/rest").asText() + "/v1/cluster/update_cert";
        var body = Files.readAllBytes(Path.of(System.getenv("CERTDRILL_REQUEST")));
        client.send(HttpRequest.newBuilder(URI.create(ready.get("control").asText() + "/sim/v1/drills/ack-lost"))
                .PUT(HttpRequest.BodyPublishers.noBody()).build(), HttpResponse.BodyHandlers.discarding());
        assertEquals(409, put(update, body));
        assertEquals(200, put(update, body));
    }
}
