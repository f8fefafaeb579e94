import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectSpansInside, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "infra/stack.template");

const template = `AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Tag: { Type: String, Default: "1.2" }
Resources:
  Build:
    Type: AWS::CodeBuild::Project
    Properties:
      Environment: { Image: aws/codebuild/standard:7.0 }
      Source:
        BuildSpec: !Sub |
          batch:
            build-list:
              - env: { image: "«public.ecr.aws/acme/b:$\{Tag}»" }
          phases:
            build:
              commands:
                - docker pull «nginx:1.27»
                - docker pull «acme/a:$\{Tag}»
                - docker build -t acme/out .
                - docker push acme/out
      SecondarySources:
        - { BuildSpec: ci/buildspec.yml }
        - { BuildSpec: '{ "phases": { "build": { "commands": [ "docker pull «redis»" ] } } }' }
  Machine:
    Type: AWS::EC2::Instance
    Metadata:
      AWS::CloudFormation::Init:
        config:
          commands:
            a: { command: docker run -d «redis:7» }
    Properties:
      UserData:
        Fn::Base64: !Sub |
          #!/bin/bash -xe
          docker run -d -p 80:80 «acme/web:$\{Tag}»
          docker pull «busybox:$\{!VERSION}»
  Manual:
    Type: AWS::SSM::Document
    Properties:
      Content:
        mainSteps:
          - action: aws:runShellScript
            inputs: { runCommand: ["docker pull «acme/c:1»", !Sub "docker pull «acme/d:$\{Tag}»"] }
  Applied:
    Type: AWS::SSM::Association
    Properties: { Parameters: { commands: ["docker run «acme/e:1»"] } }
  Joined:
    Type: AWS::AutoScaling::LaunchConfiguration
    Properties:
      UserData:
        Fn::Base64:
          Fn::Join: ["", ["#!/bin/bash\\n", "docker run -p ", { Ref: Port }, ":80 no:1\\n", "docker pull «alpine:3»\\n"]]
  Templated:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        UserData: !Base64 |
          #!/bin/sh
          docker pull «alpine:4»
  Short:
    Type: AWS::EC2::Instance
    Properties:
      UserData: !Base64
        Fn::Join:
          - "\\n"
          - ["#!/bin/sh", "docker pull «alpine:5»"]
  Windows:
    Type: AWS::EC2::Instance
    Properties:
      UserData: !Base64 |
        <powershell>docker run no:2</powershell>
  Other:
    Type: AWS::S3::Bucket
    Properties: { BuildSpec: "phases: {build: {commands: [docker run no:3]}}\\n" }
`.replaceAll("\\{", "{");

describe("scripts in templates of CloudFormation", () => {
  it("name images", () => {
    const document = expectUses(read, template, [
      "image public.ecr.aws/acme/b:1.2 resolved",
      "command docker.io/library/nginx:1.27 literal",
      "command docker.io/acme/a:1.2 resolved",
      "command docker.io/library/redis literal",
      "command docker.io/library/redis:7 literal",
      "command docker.io/acme/web:1.2 resolved",
      "command ? partial",
      "command docker.io/acme/c:1 literal",
      "command docker.io/acme/d:1.2 resolved",
      "command docker.io/acme/e:1 literal",
      "command docker.io/library/alpine:3 literal",
      "command docker.io/library/alpine:4 literal",
      "command docker.io/library/alpine:5 literal",
    ]);
    expectSpansInside(document);
  });

  it("survive mutations", () =>
    expectToSurvive(
      read,
      'Resources:\n  A:\n    Type: AWS::CodeBuild::Project\n    Properties: {Source: {BuildSpec: !Sub \'phases: {build: {commands: ["docker pull a:${T}"]}}\n\n\'}, UserData: !Base64 "#!/bin/sh\\ndocker pull b:1"}\n',
    ));
});
