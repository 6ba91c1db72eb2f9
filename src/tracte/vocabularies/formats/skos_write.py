"""SKOS as we write it: the terms that `skos` reads."""

from __future__ import annotations

from urllib.parse import quote

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, SKOS, XSD

from tracte.vocabularies.formats.skos import BASE, EUVOC, FORMATS, MATCH, SCHEMA, address
from tracte.vocabularies.vocabulary import FIRST_DAY, CannotLoad, Member, Term, Version, Vocabulary


def write(vocabulary: Vocabulary, suffix: str = ".ttl") -> bytes:
    """The whole vocabulary in the format of that suffix; the same content gives the same Turtle."""
    if suffix not in FORMATS:
        raise CannotLoad(f"unknown format {suffix!r}: SKOS is written as {', '.join(FORMATS)}")
    graph = Graph(bind_namespaces="none")
    spaces = {"skos": SKOS, "dct": DCTERMS, "owl": OWL, "euvoc": EUVOC, "schema": SCHEMA, "xsd": XSD}
    for prefix, space in spaces.items():
        graph.bind(prefix, space)
    scheme = URIRef(vocabulary.uri or f"{BASE}{vocabulary.scheme}")
    _write_scheme(graph, scheme, vocabulary)
    nodes = {c: URIRef(t.uri or address(vocabulary.scheme, c)) for c, t in vocabulary.terms.items()}
    for term in vocabulary.terms.values():
        _write_term(graph, scheme, term, nodes)
    _write_members(graph, vocabulary.members, nodes)
    for code, relation, target in vocabulary.matches:
        graph.add((nodes[code], MATCH[relation], nodes.get(target) or URIRef(target)))
    return graph.serialize(format=FORMATS[suffix], encoding="utf-8")


def _write_members(graph: Graph, members: list[Member], nodes: dict[str, URIRef]) -> None:
    """Each dated membership; the last of each level is also the broader concept that every SKOS reader knows."""
    last = {(m.code, m.level): m.larger for m in sorted(members, key=lambda m: m.valid_from or FIRST_DAY)}
    for (code, _), larger in last.items():
        graph.add((nodes[code], SKOS.broader, nodes[larger]))
    for number, member in enumerate(members):
        role = BNode(f"role{number}")
        graph.add((nodes[member.code], SCHEMA.containedInPlace, role))
        graph.add((role, RDF.type, SCHEMA.Role))
        graph.add((role, SCHEMA.containedInPlace, nodes[member.larger]))
        graph.add((role, SCHEMA.startDate, Literal(member.valid_from, datatype=XSD.date)))


def _write_scheme(graph: Graph, scheme: URIRef, vocabulary: Vocabulary) -> None:
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    graph.add((scheme, DCTERMS.identifier, Literal(vocabulary.scheme)))
    _write_labels(graph, scheme, DCTERMS.title, vocabulary.labels)
    for version in vocabulary.history:
        node = URIRef(f"{BASE}{vocabulary.scheme}/{quote(version.label, safe='')}")
        graph.add((scheme, DCTERMS.hasVersion, node))
        _write_version(graph, node, version)
        if version.source:
            graph.add((node, DCTERMS.source, Literal(version.source)))
    if vocabulary.history:
        _write_version(graph, scheme, vocabulary.history[-1])


def _write_version(graph: Graph, node: URIRef, version: Version) -> None:
    graph.add((node, OWL.versionInfo, Literal(version.label)))
    graph.add((node, DCTERMS.issued, Literal(version.valid_from, datatype=XSD.date)))


def _write_term(graph: Graph, scheme: URIRef, term: Term, nodes: dict[str, URIRef]) -> None:
    node = nodes[term.code]
    graph.add((node, RDF.type, SKOS.Concept))
    graph.add((node, SKOS.inScheme, scheme))
    graph.add((node, DCTERMS.identifier, Literal(term.code)))
    for code in (term.code, *term.alt_codes):
        graph.add((node, SKOS.notation, Literal(code)))
    _write_labels(graph, node, SKOS.prefLabel, term.labels)
    for label in term.alt_labels:
        graph.add((node, SKOS.altLabel, Literal(label)))
    if term.kind:
        graph.add((node, DCTERMS.type, Literal(term.kind)))
    if term.parent:
        graph.add((node, SKOS.broader, nodes[term.parent]))
        graph.add((nodes[term.parent], SKOS.narrower, node))
    elif not term.kind:
        graph.add((node, SKOS.topConceptOf, scheme))
    for predicate, date in ((EUVOC.startDate, term.since), (EUVOC.endDate, term.until)):
        if date:
            graph.add((node, predicate, Literal(date, datatype=XSD.date)))
    if term.until:
        graph.add((node, OWL.deprecated, Literal(True)))


def _write_labels(graph: Graph, node: URIRef, predicate: URIRef, labels: dict[str, str]) -> None:
    for language, text in labels.items():
        graph.add((node, predicate, Literal(text, lang="oc-aranes" if language == "oc" else language)))
