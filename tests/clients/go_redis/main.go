// go-redis as an application uses it: in both protocols, with the certificate verified.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"os"

	"github.com/redis/go-redis/v9"
)

func main() {
	certificate, err := os.ReadFile(os.Getenv("DATABASE_CA"))
	if err != nil {
		log.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(certificate)
	for _, protocol := range []int{2, 3} {
		options := &redis.Options{
			Addr:       os.Getenv("DATABASE_HOST") + ":" + os.Getenv("DATABASE_PORT"),
			ClientName: "app",
			Protocol:   protocol,
			MaxRetries: -1,
			TLSConfig:  &tls.Config{RootCAs: trusted, ServerName: os.Getenv("DATABASE_NAME")},
		}
		if os.Getenv("REAL_SERVER") == "" {
			options.Username, options.Password = "app", "secret"
		}
		client := redis.NewClient(options)
		ctx := context.Background()
		if err := client.Ping(ctx).Err(); err != nil {
			log.Fatal(err)
		}
		if os.Getenv("REAL_SERVER") != "" {
			if err := client.Set(ctx, "key", "value", 0).Err(); err != nil {
				log.Fatal(err)
			}
			if value, err := client.Get(ctx, "key").Result(); err != nil || value != "value" {
				log.Fatal("another value: ", value, err)
			}
		}
		client.Close()
	}
	fmt.Println("go-redis", redis.Version())
}
