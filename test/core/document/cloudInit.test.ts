import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectSample } from "../../helpers/imageUses.ts";

const rows: readonly (readonly [name: string, path: string, text: string, ...uses: readonly string[]])[] = [
  [
    "lines and words of commands, and no file that is written",
    "infra/user-data",
    `## template: jinja
#cloud-config
bootcmd:
  - [docker, pull, "«redis:1»"]
runcmd:
  - docker run -d «nginx:1» nginx -g x
write_files:
  - path: /etc/systemd/system/a.service
    content: |
      [Service]
      ExecStart=/usr/bin/docker run no:1
`,
    "command docker.io/library/redis:1 literal",
    "command docker.io/library/nginx:1 literal",
  ],
  [
    "the units of Container Linux",
    "machines/a.yml",
    `#cloud-config
coreos:
  update: {reboot-strategy: off}
  units:
    - name: a.service
      command: start
      content: |
        [Service]
        ExecStartPre=-/usr/bin/docker rm -f a
        ExecStart=/usr/bin/docker run --name a «quay.io/acme/a:1»
      drop-ins:
        - name: 10-x.conf
          content: |
            [Service]
            ExecStartPre=/usr/bin/docker pull «acme/side»
    - name: etcd2.service
      command: start
`,
    "command quay.io/acme/a:1 literal",
    "command docker.io/acme/side literal",
  ],
  [
    "what a machine of Terraform is told",
    "infra/main.tf",
    `variable "tag" { default = "2" }
resource "aws_instance" "a" {
  user_data = <<-EOT
    #cloud-config
    runcmd:
    %{ if var.on }
      - docker run «acme/web:\${var.tag}»
    %{ endif }
  EOT
}
`,
    "command docker.io/acme/web:2 resolved",
  ],
];

describe("readCloudInit", () => {
  for (const [name, path, text, ...uses] of rows)
    it(`reads ${name}`, () => expectSample((source) => readDocument(source, path), text, uses));
});
