import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
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
  let answer: (path: string, body: string, authorization?: string) => readonly [number, object | string];
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
        response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
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
      "[profile ci]\nregion = x\n  s3 =\n    a = b\n",
      "[profile sso]\nsso_session = acme\nsso_account_id = 111122223333\nsso_role_name = signer\n",
      "[sso-session acme]\nsso_region = eu-west-1\nsso_start_url = https://acme.awsapps.com/start\n",
      "[profile sso-less]\nsso_session = other\nsso_account_id = 111122223333\nsso_role_name = signer\n",
      `[profile process]\ncredential_process = ${process.execPath} "${join(home, "print it.js")}" ci\n`,
      "[profile broken]\ncredential_process = /bin/false\n",
      "[profile role]\nrole_arn = arn:role\nsource_profile = default\nexternal_id = x1\nrole_session_name = job\n",
      "[profile chain]\nrole_arn = arn:chain\nsource_profile = role\n",
      "[profile self]\nrole_arn = arn:self\nsource_profile = self\naws_access_key_id = F\naws_secret_access_key = f\n",
      "[profile a]\nrole_arn = arn:a\nsource_profile = b\n[profile b]\nrole_arn = arn:b\nsource_profile = a\n",
      "[profile from-environment]\nrole_arn = arn:e\ncredential_source = Environment\n",
      "[profile from-container]\nrole_arn = arn:c\ncredential_source = EcsContainer\n",
      "[profile from-instance]\nrole_arn = arn:i\ncredential_source = Ec2InstanceMetadata\n",
      "[profile device]\nrole_arn = arn:d\nsource_profile = default\nmfa_serial = arn:mfa\n",
      "[profile sourceless]\nrole_arn = arn:s\n",
    ].join("\n");
    const printed =
      'process.argv[2] === "ci" ? { Version: 1, AccessKeyId: "X", SecretAccessKey: "x-secret", SessionToken: process.env.AWS_REGION, Expiration: "2030-01-01T00:00:00Z" } : {}';
    await writeFile(join(home, "print it.js"), `console.log(JSON.stringify(${printed}))`);
    await mkdir(join(home, ".aws", "sso", "cache"), { recursive: true });
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
        name: "acme",
        origin: at,
        options: readAwsKmsOptions(options).value!,
        region: "eu-central-1",
        timeoutMs: 5_000,
        now: () => Date.now(),
        note: () => undefined,
        secrets,
        environment: {
          AWS_SHARED_CREDENTIALS_FILE: join(home, "credentials"),
          AWS_CONFIG_FILE: join(home, "config"),
          AWS_EC2_METADATA_DISABLED: "true",
          HOME: home,
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
    ["sso", "authentication", /IAM Identity Center.*is not there.*aws sso login/],
    ["sso-less", "authentication", /without an address, a region, an account and a role.*export-credentials/],
    ["broken", "authentication", /ended with 1/],
    ["a", "configuration", /in a circle/],
    ["device", "authentication", /six digits of arn:mfa, and none were given; nothing was sent/],
    ["sourceless", "authentication", /a role without a source/],
    ["from-environment", "authentication", /AWS_ACCESS_KEY_ID/],
    ["from-container", "authentication", /EcsContainer, which has none here/],
    ["from-instance", "authentication", /Ec2InstanceMetadata, which has none here/],
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

  it("are those of a role that another profile may take, and of roles of roles", async () => {
    const asked: (readonly [string, string])[] = [];
    answer = (_path, body, authorization = "") => {
      const role = new URLSearchParams(body).get("RoleArn") ?? "";
      asked.push([body, authorization]);
      const Credentials = { AccessKeyId: role, SecretAccessKey: "r", SessionToken: "t", Expiration: 2e9 };
      return [200, { AssumeRoleResponse: { AssumeRoleResult: { Credentials } } }];
    };
    const sts = { AWS_ENDPOINT_URL_STS: url };
    const { value, expiresAt } = await find(sts, { profile: "role" });
    assert.deepEqual([value.accessKeyId, value.sessionToken, expiresAt], ["arn:role", "t", 2e12]);
    const [[body, authorization] = ["", ""]] = asked.splice(0);
    assert.equal(body, "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Arole&RoleSessionName=job&ExternalId=x1");
    assert.match(authorization, /^AWS4-HMAC-SHA256 Credential=D\/\d{8}\/eu-central-1\/sts\/aws4_request, /);
    assert.equal((await find(sts, { profile: "chain" })).value.accessKeyId, "arn:chain");
    const callers = asked.splice(0).map(([, by]) => /Credential=([^/]+)\//.exec(by)?.[1]);
    assert.deepEqual(callers, ["D", "arn:role"]);
    assert.equal((await find(sts, { profile: "self" })).value.accessKeyId, "arn:self");
    assert.match(asked.splice(0)[0]?.[1] ?? "", /Credential=F\//);
    const code = { COUNTERSIGN_AWS_KMS_ONE_TIME_CODE: "123456" };
    assert.equal((await find({ ...sts, ...code }, { profile: "device" })).value.accessKeyId, "arn:d");
    assert.match(
      asked.splice(0)[0]?.[0] ?? "",
      /&RoleSessionName=countersign&SerialNumber=arn%3Amfa&TokenCode=123456$/,
    );
    assert.equal((await find({ ...sts, ...own }, { profile: "from-environment" })).value.accessKeyId, "arn:e");
    assert.match(asked.splice(0)[0]?.[1] ?? "", /Credential=E\//);
    const elements = "<AccessKeyId>X</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>t</SessionToken>";
    answer = () => [200, `<R><Credentials>${elements}<Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></R>`];
    const inXml = await find(sts, { profile: "role" });
    assert.deepEqual([inXml.value.accessKeyId, inXml.expiresAt], ["X", Date.UTC(2030, 0, 1)]);
    answer = () => [400, "<ErrorResponse><Error><Message>The role is not there</Message></Error></ErrorResponse>"];
    await assert.rejects(find(sts, { profile: "role" }), { code: "authentication", message: /The role is not there/ });
    answer = () => [200, "neither"];
    await assert.rejects(find(sts, { profile: "role" }), { code: "service-protocol" });
    answer = () => [403, { Error: { Code: "AccessDenied", Message: "Not authorized to perform sts:AssumeRole" } }];
    await assert.rejects(find(sts, { profile: "role" }), { code: "authentication", message: /Not authorized/ });
  });

  it("are those of a sign-in that was kept, as long as it is good", async () => {
    // The name that the programs of AWS give it: SHA-1 of the session's.
    const file = join(home, ".aws", "sso", "cache", `${createHash("sha1").update("acme").digest("hex")}.json`);
    const kept = {
      startUrl: "https://acme.awsapps.com/start",
      accessToken: "sso-token",
      expiresAt: "2035-01-01T00:00:00Z",
    };
    const paths: string[] = [];
    answer = (path) => {
      paths.push(path);
      const granted = { accessKeyId: "S", secretAccessKey: "s", sessionToken: "t", expiration: 2e12 };
      return [200, { roleCredentials: granted }];
    };
    const portal = { AWS_ENDPOINT_URL_SSO: url };
    await writeFile(file, JSON.stringify(kept));
    const { value, expiresAt } = await find(portal, { profile: "sso" });
    assert.deepEqual([value.accessKeyId, value.sessionToken, expiresAt], ["S", "t", 2e12]);
    assert.deepEqual(paths, ["/federation/credentials?role_name=signer&account_id=111122223333"]);
    answer = () => [401, { message: "Session token not found or invalid" }];
    await assert.rejects(find(portal, { profile: "sso" }), {
      code: "authentication",
      message: /any more.*aws sso login/,
    });
    answer = () => assert.fail("nobody is asked");
    for (const [change, words] of [
      [{ expiresAt: "2020-01-01T00:00:00Z" }, /has expired/],
      [{ startUrl: "https://other.awsapps.com/start" }, /is not there/],
      [{ accessToken: "" }, /is not there/],
      [{ expiresAt: "soon" }, /has expired/],
    ] as const) {
      await writeFile(file, JSON.stringify({ ...kept, ...change }));
      await assert.rejects(find(portal, { profile: "sso" }), { code: "authentication", message: words });
    }
  });

  it("are what a program prints that the person's configuration names", async () => {
    const { value, expiresAt } = await find({ AWS_REGION: "x" }, { profile: "process" });
    assert.deepEqual([value.accessKeyId, value.sessionToken, expiresAt], ["X", "x", Date.UTC(2030, 0, 1)]);
  });

  it("are those of the virtual machine, last of all", async () => {
    const calls: string[] = [];
    let role = "signer";
    const metadata = createServer((request, response) => {
      const token = request.headers["x-aws-ec2-metadata-token"] === "imds-token";
      calls.push(`${request.method} ${request.url}`);
      const base = "/latest/meta-data/iam/security-credentials/";
      const granted = { AccessKeyId: "I", SecretAccessKey: "i", Token: "t", Expiration: "2030-01-01T00:00:00Z" };
      if (request.method === "PUT" && request.headers["x-aws-ec2-metadata-token-ttl-seconds"] !== undefined)
        response.end("imds-token");
      else if (!token) response.writeHead(401).end();
      else if (request.url === base) response.end(role);
      else response.end(request.url === `${base}signer` ? JSON.stringify(granted) : "?");
    });
    await new Promise<void>((resolve) => metadata.listen(0, "127.0.0.1", resolve));
    const address = metadata.address();
    const endpoint = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const instance = { AWS_EC2_METADATA_DISABLED: "false", AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint };
    try {
      const { value, expiresAt } = await find({ ...nowhere, ...instance });
      assert.deepEqual([value.accessKeyId, value.sessionToken, expiresAt], ["I", "t", Date.UTC(2030, 0, 1)]);
      const path = "/latest/meta-data/iam/security-credentials/";
      assert.deepEqual(calls.splice(0), ["PUT /latest/api/token", `GET ${path}`, `GET ${path}signer`]);
      // Whoever says by himself who asks is not kept waiting for it.
      await find({ ...instance, ...own });
      await find(instance);
      await assert.rejects(find({ ...nowhere, ...instance, AWS_EC2_METADATA_DISABLED: "TRUE" }));
      assert.deepEqual(calls, []);
      role = "../../user-data";
      await assert.rejects(find({ ...nowhere, ...instance }), { code: "authentication", message: /AWS_PROFILE/ });
      assert.deepEqual(calls.splice(0), ["PUT /latest/api/token", `GET ${path}`]);
      const elsewhere = { ...nowhere, ...instance, AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://attacker.example" };
      await assert.rejects(find(elsewhere), { code: "configuration" });
    } finally {
      metadata.close();
    }
  });

  it("do not wait for a virtual machine's service that does not answer", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const endpoint = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const instance = { AWS_EC2_METADATA_DISABLED: "", AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint };
    try {
      await assert.rejects(find({ ...nowhere, ...instance }), { code: "authentication", message: /AWS_PROFILE/ });
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
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
