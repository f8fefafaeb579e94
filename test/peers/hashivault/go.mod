module countersign/test/peers/hashivault

go 1.26

require (
	github.com/sigstore/sigstore v1.10.4
	github.com/sigstore/sigstore/pkg/signature/kms/hashivault v1.10.4
)
