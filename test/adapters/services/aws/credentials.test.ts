import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCredentials, isMeant, regionOf } from "../../../../src/adapters/services/aws/credentials.ts";
import type { AwsCredentials } from "../../../../src/adapters/services/aws/signatureV4.ts";
import type { Leased } from "../../../../src/adapters/services/lease.ts";
import { readAwsKmsOptions } from "../../../../src/core/policy/awsKmsOptions.ts";
import { memorySecrets } from "../../../helpers/vaultScene.ts";

const { signal } = new AbortController();
const origin = "https://kms.eu-central-1.amazonaws.com";

describe("credentials for AWS KMS", () => {
  let home: string;
  let server: Server;
  let url: string;
  let answer: (path: string, body: string, authorization?: string) => readonly [number, object];
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "countersign-aws-"));
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const [status, body] = answer(
          request.url ?? "",
          Buffer.concat(chunks).toString("utf8"),
          request.headers.authorization,
        );
        response.writeHead(status).end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const profiles = [
      "[default]\naws_access_key_id = D\naws_secret_access_key = d-secret\n",
      "[ci]\r\naws_access_key_id=C\r\naws_secret_access_key=c-secret\r\naws_session_token=c-token\r\n",
    ].join("\n");
    const settings = [
      `[profile web]\nrole_arn = arn:web\nweb_identity_token_file = ${join(home, "token")}\nrole_session_name = job\n`,
      "[profile sso]\nsso_session = acme\n[profile process]\ncredential_process = /bin/true\n",
      "[profile role]\nrole_arn = arn:other\nsource_profile = default\n[profile ci]\nregion = x\n  s3 =\n    a = b\n",
    ].join("\n");
    await writeFile(join(home, "credentials"), profiles);
    await writeFile(join(home, "config"), settings);
    await writeFile(join(home, "token"), "web-token\n");
  });
  after(async () => {
    server.close();
    await rm(home, { recursive: true });
  });

  const find = (
    environment: Readonly<Record<string, string>>,
    options: Readonly<Record<string, string>> = {},
    at = origin,
    secrets = memorySecrets(),
  ): Promise<Leased<AwsCredentials>> =>
    findCredentials(
      {
        origin: at,
        options: readAwsKmsOptions(options).value!,
        region: "eu-central-1",
        timeoutMs: 5_000,
        note: () => undefined,
        secrets,
        environment: {
          AWS_SHARED_CREDENTIALS_FILE: join(home, "credentials"),
          AWS_CONFIG_FILE: join(home, "config"),
          ...environment,
        },
      },
      { signal },
    );
  const nowhere = { AWS_SHARED_CREDENTIALS_FILE: "/nonexistent", AWS_CONFIG_FILE: "/nonexistent" };
  const own = { AWS_ACCESS_KEY_ID: "E", AWS_SECRET_ACCESS_KEY: "e-secret" };

  it("come from the environment, before any profile", async () => {
    const { value } = await find({ ...own, AWS_SESSION_TOKEN: "e-token" });
    assert.deepEqual(value, { accessKeyId: "E", secretAccessKey: "e-secret", sessionToken: "e-token" });
  });

  it("come from a profile: the default one, the variable's, or the option's before the environment", async () => {
    assert.equal((await find({})).value.accessKeyId, "D");
    assert.deepEqual((await find({ AWS_PROFILE: "ci" })).value, {
      accessKeyId: "C",
      secretAccessKey: "c-secret",
      sessionToken: "c-token",
    });
    assert.equal((await find(own, { profile: "ci" })).value.accessKeyId, "C");
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ["sso", "authentication", /IAM Identity Center \(SSO\).*export-credentials/],
    ["process", "authentication", /credential_process/],
    ["role", "authentication", /a role that another profile assumes/],
    ["absent", "configuration", /no profile 'absent'/],
  ];
  for (const [profile, code, message] of refused)
    it(`say what is wrong with the profile '${profile}'`, () =>
      assert.rejects(find({}, { profile }), { code, message }));

  it("are those of a role for a web identity, by variables or by a profile, as long as they are good", async () => {
    const asked: string[] = [];
    answer = (_path, body) => {
      asked.push(body);
      const Credentials = { AccessKeyId: "W", SecretAccessKey: "w-secret", SessionToken: "w-token", Expiration: 1e9 };
      return [200, { AssumeRoleWithWebIdentityResponse: { AssumeRoleWithWebIdentityResult: { Credentials } } }];
    };
    const identity = { AWS_ROLE_ARN: "arn:role", AWS_WEB_IDENTITY_TOKEN_FILE: join(home, "token") };
    const sts = { AWS_ENDPOINT_URL_STS: url };
    const { value, expiresAt } = await find({ ...nowhere, ...identity, ...sts });
    assert.deepEqual([value.accessKeyId, value.sessionToken, expiresAt], ["W", "w-token", 1e12]);
    assert.equal((await find(sts, { profile: "web" })).value.accessKeyId, "W");
    assert.match(asked[0] ?? "", /RoleArn=arn%3Arole&RoleSessionName=countersign&WebIdentityToken=web-token$/);
    assert.match(asked[1] ?? "", /RoleArn=arn%3Aweb&RoleSessionName=job&/);
    answer = () => [400, { Error: { Code: "InvalidIdentityToken", Message: "No OpenIDConnect provider" } }];
    await assert.rejects(find({ ...nowhere, ...identity, ...sts }), {
      code: "authentication",
      message: /No OpenIDConnect provider/,
    });
  });

  it("are those of a container", async () => {
    answer = (path, _body, authorization) =>
      path === "/role" && authorization === "pod"
        ? [200, { AccessKeyId: "P", SecretAccessKey: "p", Token: "t", Expiration: "2030-01-01T00:00:00Z" }]
        : [404, { message: "no" }];
    const container = { ...nowhere, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/role` };
    const { value, expiresAt } = await find({ ...container, AWS_CONTAINER_AUTHORIZATION_TOKEN: "pod" });
    assert.deepEqual([value.accessKeyId, expiresAt], ["P", Date.UTC(2030, 0, 1)]);
    await assert.rejects(find(container), { code: "authentication" });
    const elsewhere = { ...nowhere, AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://attacker.example/role" };
    await assert.rejects(find(elsewhere), { code: "configuration" });
  });

  it("never go to a host that a workspace names, unless the person's own variable does too", async () => {
    const other = "https://kms.attacker.example";
    await assert.rejects(find(own, {}, other), { code: "authentication", message: /no address of AWS/ });
    assert.equal((await find({ ...own, AWS_ENDPOINT_URL_KMS: `${other}/` }, {}, other)).value.accessKeyId, "E");
    const secrets = memorySecrets();
    await secrets.set(other, "aws-kms access-key-id", "S");
    await secrets.set(other, "aws-kms secret-access-key", "s");
    assert.equal((await find({}, {}, other, secrets)).value.accessKeyId, "S");
    assert.equal((await find({}, {}, origin, secrets)).value.accessKeyId, "D");
  });

  const addresses: readonly (readonly [string, string | undefined])[] = [
    ["https://kms.us-gov-west-1.amazonaws.com", "us-gov-west-1"],
    ["https://kms-fips.us-east-1.amazonaws.com", "us-east-1"],
    ["https://kms.cn-north-1.amazonaws.com.cn", "cn-north-1"],
    ["https://kms.eu-west-1.api.aws", "eu-west-1"],
    ["https://vpce-1a2b.kms.eu-west-1.vpce.amazonaws.com", "eu-west-1"],
    ["https://kms.eu-west-1.amazonaws.com.attacker.example", undefined],
    ["https://attacker.example/kms.eu-west-1.amazonaws.com", undefined],
    ["https://s3.eu-west-1.amazonaws.com", undefined],
  ];
  for (const [address, region] of addresses)
    it(`take ${address} for ${region ?? "no address of AWS"}`, () => {
      assert.equal(regionOf(address), region);
      assert.equal(isMeant(address, {}), region !== undefined);
      assert.equal(isMeant(address.replace("https:", "http:"), {}), false);
    });
});
