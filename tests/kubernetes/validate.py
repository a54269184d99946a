"""Reads manifests and checks each document against the JSON schemas of Kubernetes' own API.

Usage: validate.py PACKAGES KEDA_SCHEMAS VERSION[,VERSION...] FILE...

PACKAGES is the folder with kubernetes-validate (for its schemas), jsonschema and ruamel.yaml. It prints
a JSON array: of each document its file, itself, and for each schema what is wrong with it.
"""

import functools
import json
import pathlib
import sys
import urllib.parse

packages, keda_schemas, versions, *files = sys.argv[1:]
sys.path.insert(0, packages)

import jsonschema  # noqa: E402
import ruamel.yaml  # noqa: E402

SCHEMAS = pathlib.Path(packages, "kubernetes_validate", "kubernetes-json-schema")


class Resolver(jsonschema.RefResolver):
    """Finds what schemas refer to in what was loaded, and nowhere else.

    jsonschema's own looks through all of the definitions each time, which takes seconds.
    """

    def resolve(self, ref):
        url = urllib.parse.urljoin(self.resolution_scope, ref)
        base, _, fragment = url.partition("#")
        found = self.store[base]
        for part in filter(None, fragment.split("/")):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        return url, found


def read(path):
    # Kubernetes reads YAML 1.1, where `on` and `no` are no strings.
    yaml = ruamel.yaml.YAML(typ="safe", pure=True)
    yaml.version = (1, 1)
    yaml.allow_duplicate_keys = False
    return [document for document in yaml.load_all(path.read_text("utf-8")) if document is not None]


@functools.cache
def load(path):
    return json.loads(pathlib.Path(path).read_text("utf-8"))


def schema_of(version, document):
    """The schema of a document's kind, and what it refers to."""
    group, _, level = str(document.get("apiVersion")).rpartition("/")
    kind = str(document.get("kind")).lower()
    if group == "keda.sh":
        return load(keda_schemas)[document["kind"]], {}
    # Without this a schema's own folder could be left by a kind such as `../x`.
    if not kind.isalnum():
        raise KeyError(kind)
    folder = SCHEMAS / f"v{version}.0-local-strict"
    prefix = f"{kind}-{group.split('.')[0]}" if group else kind
    schema = load(folder / f"{prefix}-{level}.json")
    definitions = load(folder / "_definitions.json")
    return schema, {"https://kubernetes.io/api/_definitions.json": definitions}


def complaints(version, document):
    try:
        schema, definitions = schema_of(version, document)
    except (KeyError, OSError):
        return [f"there is no kind {document.get('kind')} in {document.get('apiVersion')}"]
    resolver = Resolver.from_schema(schema, store=definitions)
    validator = jsonschema.Draft202012Validator(schema, resolver=resolver)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


found = []
for name in files:
    try:
        documents = read(pathlib.Path(name))
    except ruamel.yaml.YAMLError as error:
        found.append({"file": name, "document": None, "checks": {"yaml": [str(error)]}})
        continue
    for document in documents:
        if not isinstance(document, dict):
            found.append({"file": name, "document": None, "checks": {"yaml": ["it is no mapping"]}})
            continue
        checks = {version: complaints(version, document) for version in versions.split(",")}
        found.append({"file": name, "document": document, "checks": checks})
json.dump(found, sys.stdout, default=str)
