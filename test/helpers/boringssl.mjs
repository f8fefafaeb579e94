// Makes node:crypto answer as it does in the editor, whose library is BoringSSL: it has no default digest, so that
// signing and verifying with an EC or RSA key throws where the digest is not named. `mocha --import` this file.
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

for (const name of ["sign", "verify"]) {
  const original = crypto[name];
  crypto[name] = (algorithm, data, key, ...rest) => {
    if (algorithm === null || algorithm === undefined) refuseDefault(name, key);
    return original(algorithm, data, key, ...rest);
  };
}
syncBuiltinESMExports();

function refuseDefault(name, given) {
  if (!["ec", "rsa", "rsa-pss"].includes(toKeyObject(name, given).asymmetricKeyType)) return;
  throw Object.assign(new Error("error:06000077:public key routines:OPENSSL_internal:NO_DEFAULT_DIGEST"), {
    code: "ERR_OSSL_EVP_NO_DEFAULT_DIGEST",
  });
}

function toKeyObject(name, given) {
  const key = given?.key instanceof crypto.KeyObject ? given.key : given;
  if (key instanceof crypto.KeyObject) return key;
  return name === "sign" ? crypto.createPrivateKey(key) : crypto.createPublicKey(key);
}
