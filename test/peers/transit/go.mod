module countersign/test/peers/transit

go 1.26

require (
	github.com/hashicorp/vault v1.21.4
	github.com/hashicorp/vault/sdk v0.25.1
)
