#!/usr/bin/env bash
# Builds a release twice, signed with a key that is thrown away, and compares both byte for byte. Publishes nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
export GNUPGHOME=$work/gnupg
mkdir -m 700 "$GNUPGHOME"
trap 'gpgconf --kill all; rm -rf "$work"' EXIT
gpg --batch --quiet --passphrase '' --quick-generate-key 'A dry run <nobody@example.com>' rsa2048 sign 1d

# build DIRECTORY: a release, of which what would be published, and the sample, are copied there.
build() {
  mvn -B -q -Prelease -DskipTests clean verify
  mkdir "$1"
  cp autoconfigure/target/*.jar starter/target/*.jar sample-gateway/target/*.jar "$1"
  cp target/bom.json "$1/parent-bom.json"
  cp autoconfigure/target/bom.json "$1/autoconfigure-bom.json"
  cp starter/target/bom.json "$1/starter-bom.json"
}

build "$work/first"
build "$work/second"

status=0
complain() {
  echo "$1"
  status=1
}

for module in autoconfigure starter; do
  jar=$(ls "$module"/target/*-sources.jar)
  for ending in .jar -javadoc.jar .pom; do
    [[ -f ${jar%-sources.jar}$ending ]] || complain "$module has no ${ending#-}"
  done
done
for file in target/*.pom {autoconfigure,starter}/target/*.{jar,pom} {.,autoconfigure,starter}/target/bom.json; do
  gpg --batch --quiet --verify "$file.asc" "$file" 2> "$work/gpg.log" || complain "No good signature of $file"
done

unzip -l sample-gateway/target/openclaw-sample-gateway.jar | grep -q META-INF/sbom/application.cdx.json ||
  complain "The sample has no SBOM."
diff -rq "$work/first" "$work/second" || complain "Two builds differ."

if [[ $status -eq 0 ]]; then
  (cd "$work/first" && sha256sum -- *)
  echo "All signatures are good. Two builds of $(git rev-parse --short HEAD) are the same byte for byte."
fi
exit "$status"
