module countersign/test/peers/vsign

go 1.26

require github.com/venafi/vsign v1.0.3
