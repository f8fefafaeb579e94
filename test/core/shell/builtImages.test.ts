import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { marked } from "../../helpers/marked.ts";

/** Documents with what is no image of their own between ⟦⟧. */
const documents: readonly (readonly [name: string, path: string, source: string])[] = [
  [
    "a job's image, which is asked of a registry, though an earlier job has pushed it",
    ".gitlab-ci.yml",
    "base:\n  image: ⟦docker:27⟧\n  script:\n  - docker build -t $REG/ci:$V .\n  - docker push $REG/ci:$V\ntest:\n  image: ⟦${REG}/ci:${V}⟧\n  services: [⟦redis:7⟧, ⟦$REG/ci:$V⟧, ⟦$REG/ci:old⟧]\n  script: [make]\n",
  ],
  [
    "an image that is run before it is built",
    ".gitlab-ci.yml",
    "default:\n  image: ⟦acme/ci:1⟧\nbase:\n  script: docker build -t acme/ci:1 . && docker push acme/ci:1\n",
  ],
  [
    "a step's image, by its tag or without one",
    ".drone.yml",
    "kind: pipeline\nsteps:\n- {name: a, image: ⟦docker⟧, commands: [docker build -t app .]}\n- {name: b, image: 'app:latest'}\n- {name: c, image: app}\n- {name: d, image: ⟦app:2⟧}\n",
  ],
  [
    "a further name that is pushed, and a machine of its own for each step",
    "bitbucket-pipelines.yml",
    "image: ⟦node:22⟧\npipelines:\n  default:\n  - step: {script: [docker build -t app ., docker tag app acme/app:1, docker push acme/app:1]}\n  - step: {image: ⟦acme/app:1⟧, script: [make]}\n  - step: {image: ⟦acme/app:2⟧, script: [make]}\n",
  ],
  [
    "what is asked of a registry by any name",
    "build.sh",
    "docker build -t app .\ndocker tag app acme/app\ndocker pull ⟦acme/app⟧\ndocker image push -q acme/app:latest\ndocker pull ⟦acme/app⟧\ndocker run acme/app\ndocker tag app acme/app:2\ndocker pull ⟦acme/app:2⟧\ndocker push acme/app:3\ndocker pull ⟦acme/app:3⟧\n",
  ],
  [
    "any of several names with any of several tags",
    "Jenkinsfile",
    'def all = [a: \'x\', b: \'y\']\nnode {\n all.each { name, folder -> sh "docker build -t u/$name:${env.T ? env.T : env.U} $folder" }\n all.keySet().each { name ->\n  def image = "u/$name:${env.T ? env.T : env.U}"\n  sh "docker run $image" }\n sh "docker run ⟦u/c:1⟧"\n}\n',
  ],
  [
    "what a substitution names",
    "cloudbuild.yaml",
    "steps:\n- name: ⟦gcr.io/cloud-builders/docker⟧\n  entrypoint: bash\n  args: ['-c', 'docker build -t ${_I}-x .']\n- name: ${_I}-x\n- name: ⟦${_I}-y⟧\nsubstitutions: {_I: 'gcr.io/$PROJECT_ID/a'}\n",
  ],
  [
    "what a function builds that a loop gives its names",
    "build.sh",
    'build() { docker build -t "$R/$1:$T" "$2"; }\nfor e in "app:docker/app" web:docker/web; do build "${e%%:*}" "${e#*:}"; done\ndocker run "$R/app:$T"\ndocker run "$R/web:$T"\ndocker run "⟦$R/db:$T⟧"\n',
  ],
  [
    "what an expression and a variable that holds it name alike",
    ".github/workflows/a.yml",
    'on: push\nenv:\n  SHA: ${{ github.sha }}\njobs:\n  a:\n    runs-on: x\n    env: {Z: "r.io/z:${{ github.sha }}", REG: "${{ secrets.REG }}"}\n    steps:\n    - uses: docker/build-push-action@v6\n      with: {tags: "r.io/z:${{github.sha}}"}\n    - run: docker run r.io/z:$SHA && docker run r.io/z:$GITHUB_SHA && docker run $Z && docker run r.io/z:${{ env.SHA }}\n    - run: docker run "⟦r.io/z:$OTHER⟧"\n      env: {OTHER: "${{ github.ref }}"}\n    - run: docker build -t r.io/w:$SHA . && docker build -t $REG/v:1 .\n    - run: docker run r.io/w:${{ github.sha }} && docker run r.io/w:${GITHUB_SHA} && docker run ${{ secrets.REG }}/v:1\n',
  ],
  [
    "what variables of GitLab name alike, in all jobs or in one",
    ".gitlab-ci.yml",
    "variables:\n  TAG: $CI_COMMIT_SHA\n  IMG: {value: '$CI_REGISTRY_IMAGE/app:$CI_COMMIT_SHORT_SHA'}\na:\n  variables: {OWN: r.io/$CI_COMMIT_SHA}\n  script:\n  - docker build -t r.io/x:$TAG -t $CI_REGISTRY_IMAGE/app:$CI_COMMIT_SHORT_SHA -t $OWN .\n  - docker run r.io/x:${CI_COMMIT_SHA} && docker run $IMG && docker run r.io/$CI_COMMIT_SHA\nb:\n  variables: {OWN: r.io/o/$CI_COMMIT_SHA}\n  script: docker run ⟦$OWN⟧ && docker run r.io/x:$TAG\n",
  ],
  [
    "what a step names the image of another, whatever it is called where it is used",
    ".github/workflows/a.yml",
    'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - {id: t, run: \'echo "image=r.io/$(date)" >> $GITHUB_OUTPUT\'}\n    - uses: docker/build-push-action@v6\n      with: {tags: "${{ steps.t.outputs.image }}"}\n    - run: docker run $IMAGE\n      env: {IMAGE: "${{ steps.t.outputs.image }}"}\n    - run: docker run ⟦$IMAGE⟧\n      env: {IMAGE: "${{ inputs.image }}"}\n',
  ],
  [
    "the tags that a step makes up, and what commands take of them",
    ".github/workflows/a.yml",
    'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - {id: m, uses: docker/metadata-action@v5, with: {images: r.io/m}}\n    - uses: docker/build-push-action@v6\n      with: {load: true, tags: "${{ steps.m.outputs.tags }}"}\n    - run: docker run ${{ fromJSON(steps.m.outputs.json).tags[0] }}\n    - run: |\n        IMAGE=$(echo "${{ steps.m.outputs.tags }}" | head -n1)\n        docker run "$IMAGE"\n    - run: docker run ⟦${{ fromJSON(steps.n.outputs.json).tags[0] }}⟧\n',
  ],
  [
    "what another rule makes of a container, wherever that stands, and what a rule changes in place",
    "Makefile",
    "run: base\n\tdocker run a\nbase:\n\tdocker run --name c ⟦b:1⟧ && docker commit c a\nup:\n\tdocker run --name d ⟦e:1⟧ && docker commit d e:1\n",
  ],
  [
    "what is deployed",
    "cloudbuild.yaml",
    "steps:\n- name: ⟦gcr.io/cloud-builders/docker⟧\n  args: [build, -t, 'gcr.io/$_P/a:1', .]\n- name: ⟦gcr.io/cloud-builders/gke-deploy⟧\n  args: [run, '--image=⟦gcr.io/$_P/a:1⟧']\n- name: ⟦gcr.io/cloud-builders/gke-deploy⟧\n  args: [run, '--image=⟦gcr.io/$_P/a:2⟧']\n",
  ],
  [
    "what is imported, or that a build exports",
    ".gitlab-ci.yml",
    "a:\n  script:\n  - tar c . | docker import - b/a:1\n  - docker run b/a:1\n  - docker buildx build --output type=docker,name=b/b:1 .\n  - docker run b/b:1\n  - docker run ⟦b/c:1⟧\n",
  ],
  [
    "what is copied or put together",
    ".gitlab-ci.yml",
    'a:\n  image: ⟦quay.io/skopeo:1⟧\n  script:\n  - skopeo copy docker://⟦b/a:1⟧ docker://b/a:2\n  - crane cp ⟦b/b:1⟧ b/b:2\n  - oras copy ⟦b/c:1⟧ b/c:2\n  - regctl image copy ⟦b/d:1⟧ b/d:2\n  - cosign copy ⟦b/e:1⟧ b/e:2\n  - docker buildx imagetools create -t b/f:2 ⟦b/f:1⟧\n  - docker manifest create b/g:2 ⟦b/g:1⟧\n  - docker manifest inspect ⟦b/g:2⟧\n  - docker buildx imagetools inspect ⟦b/f:2⟧\n  - docker run b/a:2\n  - docker run b/b:2\n  - docker run b/c:2\n  - docker run b/d:2\n  - docker run b/e:2\n  - docker run ⟦b/a:1⟧\n  - skopeo inspect docker://⟦b/b:2⟧\n  - skopeo copy docker-archive:x.tar docker://$APP\n  - skopeo inspect "docker://⟦$APP⟧"\n  - skopeo copy docker://⟦b/a:2⟧ docker://b/h:2\n  - skopeo inspect docker://⟦b/h:1⟧\nb:\n  image: ⟦b/a:2⟧\n',
  ],
  [
    "what is deployed to a cloud",
    ".gitlab-ci.yml",
    'a:\n  script:\n  - docker build -t a.io/b:1 .\n  - gcloud deploy releases create x --images=app=⟦a.io/b:1⟧\n  - az webapp create -i ⟦a.io/b:1⟧\n  - aws lightsail create-container-service-deployment --containers \'{"a":{"image":"⟦a.io/b:1⟧"}}\'\n  - fly deploy --image ⟦a.io/b:1⟧\n  - fly deploy --image ⟦a.io/b:2⟧\n',
  ],
  [
    "what a plug-in runs",
    ".buildkite/pipeline.yml",
    "steps:\n- command: docker buildx build --push -t c/d:1 .\n- plugins: [{docker#v5: {image: 'c/d:1'}}]\n- plugins: [{docker#v5: {image: ⟦a/b:1⟧}}]\n",
  ],
  [
    "what an action builds, but not the source of a cache",
    ".github/workflows/x.yml",
    "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - uses: docker/build-push-action@v6\n      with: {tags: 'ghcr.io/a/b:1', cache-from: 'type=registry,ref=⟦ghcr.io/a/b:1⟧'}\n    - uses: docker/build-push-action@v6\n      with: {tags: 'ghcr.io/a/b:2', cache-from: 'type=registry,ref=⟦ghcr.io/a/b:1⟧'}\n    - uses: docker://⟦ghcr.io/a/b:1⟧\n    - uses: addnab/docker-run-action@v3\n      with: {image: 'ghcr.io/a/b:2'}\n  b:\n    runs-on: x\n    container: ⟦ghcr.io/a/b:1⟧\n    services: {c: {image: ⟦ghcr.io/a/b:3⟧}}\n    steps: []\n",
  ],
  [
    "what a cloud is told to run",
    "buildspec.yml",
    "version: 0.2\nphases:\n  build:\n    commands:\n    - R=$A.dkr.$B.com/$N\n    - docker pull ⟦a/b:1⟧\n    - docker tag ⟦a/b:1⟧ ${A}.dkr.${B}.com/$N:1\n    - docker push $R:1\n    - aws lambda update-function-code --image-uri ⟦$R:1⟧\n    - aws lambda update-function-code --image-uri ⟦$R:2⟧\n    - gcloud run deploy x --image ⟦$R:1⟧\n    - az containerapp update -n x --image ⟦$R:1⟧\n",
  ],
  [
    "what a cluster is told to run: the registry's once it is pushed, otherwise what it has been given",
    "deploy.sh",
    "docker build -t a/b:1 . && docker push a/b:1\nkubectl set image deployment/x x=⟦a/b:1⟧\nhelm upgrade x y --set image.repository=⟦a/b⟧,image.tag=1\nkn service update x --image ⟦a/b:1⟧\ndocker run a/b:1\ndocker build -t a/c:1 . && kind load docker-image a/c:1\nkubectl run x --image a/c:1\nhelm upgrade x y --set image=a/c:1\ndocker buildx build --push -t a/d:$T .\nkubectl run x --image ⟦a/d:$T⟧\n",
  ],
  [
    "what an action deploys, though not what one examines",
    ".github/workflows/x.yml",
    "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - uses: docker/build-push-action@v6\n      with: {tags: 'ghcr.io/a/b:1'}\n    - uses: aquasecurity/trivy-action@0.30.0\n      with: {image-ref: 'ghcr.io/a/b:1'}\n    - uses: azure/webapps-deploy@v3\n      with: {images: '⟦ghcr.io/a/b:1⟧'}\n",
  ],
  [
    "what a cluster is told to run, where an action has pushed it or only built it",
    ".github/workflows/x.yml",
    "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - uses: docker/build-push-action@v6\n      with: {tags: 'ghcr.io/a/b:1', push: true}\n    - uses: docker/build-push-action@v6\n      with: {tags: 'ghcr.io/a/c:1', push: false, load: true}\n    - run: kubectl set image deployment/x x=⟦ghcr.io/a/b:1⟧ y=ghcr.io/a/c:1\n    - run: docker run ghcr.io/a/b:1\n",
  ],
  [
    "what a cluster is told to run, where a build pushes it",
    "cloudbuild.yaml",
    "steps:\n- name: ⟦gcr.io/cloud-builders/docker⟧\n  args: [build, -t, 'gcr.io/a/b:$T', -t, 'gcr.io/a/c:$T', .]\n- name: ⟦gcr.io/kaniko-project/executor⟧\n  args: [--destination, 'gcr.io/a/d:1']\n- name: ⟦gcr.io/cloud-builders/kubectl⟧\n  args: [set, image, deployment/x, 'b=⟦gcr.io/a/b:$T⟧', 'c=gcr.io/a/c:$T', 'd=⟦gcr.io/a/d:1⟧']\nimages: ['gcr.io/a/b:$T']\n",
  ],
  [
    "one name, however it names what only a run tells",
    ".github/workflows/x.yml",
    "on: push\nenv: {N: a/n}\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: docker build -t a/b:$TAG -t a/c:${{ github.sha }} -t ghcr.io/$GITHUB_REPOSITORY:1 -t $N:${{github.ref_name}} .\n    - uses: aquasecurity/trivy-action@0.30.0\n      with: {image-ref: 'a/b:${{ env.TAG }}'}\n    - run: docker run a/c:$GITHUB_SHA && docker run a/c:${{github.sha}} && docker run ⟦a/c:${{ github.run_id }}⟧\n    - run: docker run ghcr.io/${{ github.repository }}:1 && docker run ⟦ghcr.io/${{ github.repository }}:2⟧\n    - run: docker run ${{ env.N }}:$GITHUB_REF_NAME\n",
  ],
  [
    "an image whose tags another step makes up",
    ".github/workflows/x.yml",
    "on: push\nenv: {R: ghcr.io}\njobs:\n  a:\n    runs-on: x\n    steps:\n    - id: m\n      uses: docker/metadata-action@v5\n      with:\n        images: |\n          ${{ env.R }}/a/b\n          name=a/c,enable=true\n    - id: n\n      uses: docker/metadata-action@v5\n      with: {images: a/d}\n    - uses: docker/build-push-action@v6\n      with: {load: true, tags: '${{ steps.m.outputs.tags }}'}\n    - uses: aquasecurity/trivy-action@0.30.0\n      with: {image-ref: 'ghcr.io/a/b:${{ steps.m.outputs.version }}'}\n    - run: docker run $R/a/b:main && docker run a/c && docker run ⟦a/d⟧ && docker run ⟦a/b⟧ && docker pull ⟦a/c:1⟧\n",
  ],
  [
    "what a task builds, in whatever registry its connection names",
    "azure-pipelines.yml",
    "variables: {R: acme.azurecr.io, N: web, T: $(Build.BuildId)}\npool: x\nsteps:\n- task: Docker@2\n  inputs: {command: buildAndPush, repository: $(N), containerRegistry: c, tags: $(T)}\n- script: trivy image $(R)/$(N):$(T) && docker run $(N):$(T) && trivy image acme.azurecr.io/web:1\n- script: docker run ⟦$(R)/other:$(T)⟧ && docker pull ⟦$(R)/$(N):$(T)⟧\n- task: AzureWebAppContainer@1\n  inputs: {containers: ⟦$(R)/$(N):$(T)⟧}\n",
  ],
  [
    "what a task builds without a connection, which no registry is named before",
    "azure-pipelines.yml",
    "pool: x\nsteps:\n- task: Docker@2\n  inputs: {command: build, repository: web}\n- script: docker run web:1 && trivy image ⟦acme.azurecr.io/web:1⟧\n",
  ],
  [
    "what a task builds without a connection after another one that logs in",
    "azure-pipelines.yml",
    "pool: x\nsteps:\n- task: Docker@2\n  inputs: {command: login, containerRegistry: c}\n- task: Docker@2\n  inputs: {command: buildAndPush, repository: web}\n- script: docker run web:1 && trivy image acme.azurecr.io/web:1\n",
  ],
];

describe("createBuiltImages", () => {
  for (const [name, path, source] of documents)
    it(`tells ${name}`, () => {
      const { text, spans } = marked(source);
      assert.deepEqual(
        readDocument(text, path).images.map(({ span }) => text.slice(span.start, span.end)),
        spans.map((span) => text.slice(span.start, span.end)),
      );
    });
});
