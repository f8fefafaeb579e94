// The transit engine of HashiCorp Vault itself, in memory, on a free port of loopback, without the server around it:
// what it answers is what a real Vault answers. Any request with the token "root" may do anything.
//
//	vault-transit
//
// Prints its address.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/hashicorp/vault/builtin/logical/transit"
	"github.com/hashicorp/vault/sdk/logical"
)

func main() {
	if err := serve(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(ctx context.Context) error {
	storage := &logical.InmemStorage{}
	config := logical.TestBackendConfig()
	config.StorageView = storage
	engine, err := transit.Factory(ctx, config)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	return http.Serve(listener, http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		status, body := answer(request, engine, storage)
		writer.Header().Set("content-type", "application/json")
		writer.WriteHeader(status)
		_ = json.NewEncoder(writer).Encode(body)
	}))
}

func answer(request *http.Request, engine logical.Backend, storage logical.Storage) (int, any) {
	if request.Header.Get("X-Vault-Token") != "root" {
		return http.StatusForbidden, failures("permission denied")
	}
	path := strings.TrimPrefix(request.URL.Path, "/v1/")
	if path == "auth/token/lookup-self" {
		return http.StatusOK, map[string]any{"data": map[string]any{"ttl": 0, "renewable": false}}
	}
	call := &logical.Request{Operation: logical.ReadOperation, Path: strings.TrimPrefix(path, "transit/"), Storage: storage}
	switch {
	case request.URL.Query().Get("list") == "true":
		call.Operation, call.Path = logical.ListOperation, call.Path+"/"
	case request.Method != http.MethodGet:
		call.Operation = logical.UpdateOperation
		decoder := json.NewDecoder(request.Body)
		decoder.UseNumber()
		if err := decoder.Decode(&call.Data); err != nil {
			return http.StatusBadRequest, failures("failed to parse JSON input")
		}
	}
	ctx := request.Context()
	if call.Operation == logical.UpdateOperation {
		if checks, exists, err := engine.HandleExistenceCheck(ctx, call); err == nil && checks && !exists {
			call.Operation = logical.CreateOperation
		}
	}
	response, err := engine.HandleRequest(ctx, call)
	switch {
	case response != nil && response.IsError():
		return http.StatusBadRequest, failures(response.Error().Error())
	case err != nil:
		return http.StatusBadRequest, failures(err.Error())
	case response == nil && call.Operation == logical.ReadOperation:
		return http.StatusNotFound, failures()
	case response == nil:
		return http.StatusOK, map[string]any{}
	}
	return http.StatusOK, map[string]any{"request_id": "request-1", "data": response.Data}
}

func failures(texts ...string) any {
	return map[string]any{"errors": append([]string{}, texts...)}
}
