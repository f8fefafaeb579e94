// Signs and verifies through the transit engine of Vault with the client that cosign has for hashivault:// keys, so that
// the trial's interface is tested by a client that this project did not write.
//
//	hashivault-signer KEY < payload
//
// The address and the token are read from VAULT_ADDR and VAULT_TOKEN. Prints one JSON object.
package main

import (
	"bytes"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature/kms/hashivault"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("one argument is needed")
	}
	payload, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	signer, err := hashivault.LoadSignerVerifier("hashivault://"+args[0], crypto.SHA256)
	if err != nil {
		return err
	}
	publicKey, err := signer.PublicKey()
	if err != nil {
		return err
	}
	pem, err := cryptoutils.MarshalPublicKeyToPEM(publicKey)
	if err != nil {
		return err
	}
	signature, err := signer.SignMessage(bytes.NewReader(payload))
	if err != nil {
		return err
	}
	verified := signer.VerifySignature(bytes.NewReader(signature), bytes.NewReader(payload)) == nil
	changed := signer.VerifySignature(bytes.NewReader(signature), bytes.NewReader(append(payload, '!'))) == nil
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"publicKey": string(pem),
		"signature": base64.StdEncoding.EncodeToString(signature),
		"verified":  verified,
		"changed":   changed,
	})
}
