"""SKOS as we read it, in Turtle, RDF/XML, JSON-LD or N-Triples; `skos_write` writes the same terms.

Standard terms only: skos for concepts, labels, tree and matches; `dct:identifier` is the code among several notations;
`dct:type` the kind of a territory; euvoc:startDate and endDate its life; a schema:Role inside schema:containedInPlace
its dated membership; dct:hasVersion, owl:versionInfo, dct:issued and dct:source the versions. A concept keeps one
parent: of several broader ones, the first by code. Aranese is `oc-aranes` outside and `oc` inside.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import quote, unquote

from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, SKOS
from rdflib.term import Identifier, Node

from tracte.vocabularies.vocabulary import KINDS, RELATIONS, CannotLoad, Member, Term, Version, Vocabulary, day

FORMATS = {".ttl": "turtle", ".rdf": "xml", ".xml": "xml", ".jsonld": "json-ld", ".json": "json-ld", ".nt": "nt"}
BASE = "urn:tracte:vocabularies:"
EUVOC = Namespace("http://publications.europa.eu/ontology/euvoc#")
SCHEMA = Namespace("https://schema.org/")
MATCH = {relation: SKOS[f"{relation}Match"] for relation in RELATIONS}


def address(scheme: str, code: str) -> str:
    return f"{BASE}{scheme}:{quote(code, safe='')}"


def read(data: bytes, suffix: str, source: str, scheme: str | None) -> Vocabulary:
    graph = _parse(data, suffix, source)
    node = _scheme(graph, source, scheme)
    key = scheme or _text(graph, node, DCTERMS.identifier) or _tail(node) or source.rpartition(".")[0]
    vocabulary = Vocabulary(key, source, valid_from=day(_text(graph, node, DCTERMS.issued), source))
    if node is not None:
        vocabulary.uri = _uri(node, f"{BASE}{key}")
        vocabulary.labels = _labels(graph, node)
        vocabulary.version = _text(graph, node, OWL.versionInfo)
        vocabulary.history = [_version(graph, v, source) for v in _in_order(graph.objects(node, DCTERMS.hasVersion))]
    codes = {c: _code(graph, c) for c in _in_order(set(graph.subjects(RDF.type, SKOS.Concept)))}
    inside = {c: code for c, code in codes.items() if (c, SKOS.inScheme, node) in graph} or codes
    if not inside:
        raise CannotLoad(f"{source}: no skos:Concept in it: check that this is the vocabulary")
    for concept, code in inside.items():
        _read_concept(vocabulary, graph, concept, code, inside)
    vocabulary.check_tree()
    return vocabulary


def _scheme(graph: Graph, source: str, wanted: str | None) -> Node | None:
    """The one concept scheme; of several, the one that was asked for."""
    found = _in_order(set(graph.subjects(RDF.type, SKOS.ConceptScheme)))
    if len(found) > 1:
        keys = {node: _text(graph, node, DCTERMS.identifier) or _tail(node) for node in found}
        found = [node for node in found if keys[node] == wanted]
        if not found:
            raise CannotLoad(f"{source}: several schemes ({', '.join(keys.values())}): say which one to load")
    return found[0] if found else None


def _parse(data: bytes, suffix: str, source: str) -> Graph:
    try:
        if FORMATS[suffix] == "json-ld" and _has_remote_context(json.loads(data)):
            raise CannotLoad(f"{source}: its @context lies in the network: put the context itself into the file")
        return Graph(bind_namespaces="none").parse(data=data, format=FORMATS[suffix])
    except CannotLoad:
        raise
    except Exception as error:  # rdflib's parsers raise whatever their grammars meet
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise CannotLoad(f"{source}: not valid {FORMATS[suffix]} ({reason}): export it again") from error


def _has_remote_context(content: object) -> bool:
    """JSON-LD fetches a context that is named by its address; loading a file must not call out."""
    if isinstance(content, list):
        return any(_has_remote_context(part) for part in content)
    if not isinstance(content, dict):
        return False
    contexts = content.get("@context", [])
    named = [c for c in (contexts if isinstance(contexts, list) else [contexts]) if isinstance(c, str)]
    return bool(named) or "@import" in content or any(_has_remote_context(part) for part in content.values())


def _read_concept(vocabulary: Vocabulary, graph: Graph, concept: Node, code: str, codes: dict) -> None:
    kind = next((k for k in map(_tail, graph.objects(concept, DCTERMS.type)) if k in KINDS), "")
    larger = {codes[c] for c in graph.objects(concept, SKOS.broader) if c in codes}
    larger |= {codes[c] for c in graph.subjects(SKOS.narrower, concept) if c in codes}
    where = f"{vocabulary.source}: {concept}"
    term = Term(
        code,
        _labels(graph, concept),
        kind=kind,
        parent=None if kind else min(larger, default=None),
        alt_labels=sorted({str(o) for p in (SKOS.altLabel, SKOS.hiddenLabel) for o in graph.objects(concept, p)}),
        alt_codes=sorted({str(o) for o in graph.objects(concept, SKOS.notation)} - {code}),
        since=day(_text(graph, concept, EUVOC.startDate), where),
        until=day(_text(graph, concept, EUVOC.endDate), where),
        uri=_uri(concept, address(vocabulary.scheme, code)),
    )
    vocabulary.add(term, where)
    dated = set()
    for role in graph.objects(concept, SCHEMA.containedInPlace):
        place = graph.value(role, SCHEMA.containedInPlace)
        if place in codes:
            dated.add(codes[place])
            began = day(_text(graph, role, SCHEMA.startDate), where)
            vocabulary.members.append(Member(code, codes[place], valid_from=began))
    if kind:
        vocabulary.members += [Member(code, place) for place in sorted(larger - dated)]
    for relation, predicate in MATCH.items():
        targets = sorted(t for t in graph.objects(concept, predicate) if isinstance(t, URIRef))
        vocabulary.matches += [(code, relation, codes.get(t) or str(t)) for t in targets]


def _uri(node: Node, ours: str) -> str:
    """Its address, unless it has none or has the one that we would give it."""
    return str(node) if isinstance(node, URIRef) and str(node) != ours else ""


def _code(graph: Graph, concept: Node) -> str:
    notations = sorted((str(n) for n in graph.objects(concept, SKOS.notation)), key=lambda n: (len(n), n))
    return _text(graph, concept, DCTERMS.identifier) or (notations[0] if notations else _tail(concept))


def _labels(graph: Graph, node: Node) -> dict[str, str]:
    """{language: text}; what bears no language is taken for Catalan where there is no Catalan."""
    labels: dict[str, str] = {}
    found = [*graph.objects(node, SKOS.prefLabel), *graph.objects(node, DCTERMS.title)]
    for literal in sorted(found, key=_preference):
        labels.setdefault((getattr(literal, "language", None) or "ca").split("-")[0].lower(), str(literal).strip())
    return labels


def _preference(literal: Node) -> tuple[bool, str, str]:
    language = (getattr(literal, "language", None) or "~").lower()
    return language != "oc-aranes", language, str(literal)


def _version(graph: Graph, node: Node, source: str) -> Version:
    label, began = _text(graph, node, OWL.versionInfo), day(_text(graph, node, DCTERMS.issued), source)
    if not label or began is None:
        raise CannotLoad(f"{source}: a version has no owl:versionInfo or no dct:issued: add both")
    return Version(label, began, _text(graph, node, DCTERMS.source))


def _text(graph: Graph, node: Node | None, predicate: URIRef) -> str:
    return "" if node is None else str(next(iter(_in_order(graph.objects(node, predicate))), ""))


def _in_order(nodes: Iterable[Node]) -> list[Identifier]:
    """rdflib hands out `Node`, which has no order; all that a graph holds are `Identifier`, which have."""
    return sorted(node for node in nodes if isinstance(node, Identifier))


def _tail(uri: Node | None) -> str:
    """The last part of an address."""
    return unquote(str(uri or "").replace("#", "/").replace(":", "/").rstrip("/").rpartition("/")[2])
