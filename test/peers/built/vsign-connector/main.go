// Signs through Venafi CodeSign Protect with the vendor's own connectors, so that the trial's interface is tested by a
// client that this project did not write. The whole vsign command does the same around these calls.
//
//	vsign-connector self-hosted|saas URL PROJECT\ENVIRONMENT|LABEL MECHANISM DIGEST CA-FILE < payload
//
// Sign-ins are read from the environment as vsign reads them. Prints one JSON object.
package main

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/rs/zerolog"
	"github.com/venafi/vsign/pkg/endpoint"
	"github.com/venafi/vsign/pkg/venafi/cloud"
	"github.com/venafi/vsign/pkg/venafi/tpp"
)

func main() {
	zerolog.SetGlobalLevel(zerolog.Disabled)
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 6 {
		return fmt.Errorf("six arguments are needed")
	}
	product, url, name, digest := args[0], args[1], args[2], args[4]
	mechanism, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	pem, err := os.ReadFile(args[5])
	if err != nil {
		return err
	}
	trust := x509.NewCertPool()
	trust.AppendCertsFromPEM(pem)
	payload, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	connector, environment, err := open(product, url, name, trust)
	if err != nil {
		return err
	}
	if mechanism != 1 && mechanism != 13 && mechanism != 4161 {
		// Mechanisms that hash on the server are given what is sent.
		payload = []byte(base64.StdEncoding.EncodeToString(payload))
	}
	signature, err := connector.Sign(&endpoint.SignOption{
		KeyID: environment.KeyID, Mechanism: mechanism, DigestAlg: digest, Payload: payload, RawFlag: true,
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"keyId":     environment.KeyID,
		"algorithm": environment.KeyAlgorithm,
		"chain":     environment.CertificateChainData,
		"signature": string(signature),
	})
}

func open(product, url, name string, trust *x509.CertPool) (endpoint.Connector, endpoint.Environment, error) {
	auth := &endpoint.Authentication{
		AccessToken:            os.Getenv("VSIGN_TOKEN"),
		JWT:                    os.Getenv("VSIGN_JWT"),
		APIKey:                 os.Getenv("VSIGN_APIKEY"),
		ServiceAccountClientId: os.Getenv("VSIGN_CLIENT_ID"),
		ServiceAccountKeyFile:  os.Getenv("VSIGN_PRIVATE_KEY_FILE"),
	}
	if product == "saas" {
		connector, err := cloud.NewConnector(url, name, false, trust)
		if err != nil {
			return nil, endpoint.Environment{}, err
		}
		if err := connector.Authenticate(auth); err != nil {
			return nil, endpoint.Environment{}, err
		}
		environment, err := connector.GetKeyID(name)
		return connector, environment, err
	}
	connector, err := tpp.NewConnector(url, name, false, trust)
	if err != nil {
		return nil, endpoint.Environment{}, err
	}
	if err := connector.Authenticate(auth); err != nil {
		return nil, endpoint.Environment{}, err
	}
	environment, err := connector.GetEnvironment()
	return connector, environment, err
}
