"""Everyday forms of given names, and the same name in Catalan and Spanish: one root for all, to compare by."""

from __future__ import annotations

import functools

_FAMILIES = """
adria adrian | agusti agustin | albert alberto | alexandre alejandro alex sandro | alexandra alejandra | alfons alfonso
alfred alfredo | andreu andres | angel angels | angela | antoni antonio toni anton | antonia tona | arnau arnaldo
assumpcio asuncion assumpta | august augusto | bartomeu bartolome tomeu | benet benito | bernat bernardo
carles carlos carlitos | carme carmen carmina carmeta | caterina catalina cati | cecilia | claudi claudio
concepcio concepcion concha conxita conchita | consol consuelo | cristina cris | cristofol cristobal tofol
daniel dani | david | dolors dolores lola loles | domenec domingo | eduard eduardo edu | elena helena
elisabet isabel elisabeth betty bel isabela | emili emilio | encarnacio encarnacion encarna | enric enrique quique enric
ernest ernesto | esteve esteban | esperanca esperanza | eugeni eugenio | eulalia laia laieta | felip felipe
ferran fernando nando | francesc francisco cesc paco xesc quico kiko siscu | francesca francisca cesca paquita xesca
frederic federico | gabriel biel | gaspar | genoveva | gerard gerardo | gonzalo goncal | gregori gregorio
guillem guillermo guille | gracia | ignasi ignacio nacho nasi | imma immaculada inmaculada | ines agnes
jaume jaime jaumet | jeroni jeronimo | jesus | joan juan joanet juanito | joana juana | joaquim joaquin quim ximo
jordi jorge | josefa josepa pepa pepita fina josefina | josep jose pep pepe josepet | julia juli julio | julian julia
llorenc lorenzo | lluc lucas | lluis luis | lluisa luisa | llucia lucia | manel manuel manolo lolo
manuela manoli | marc marcos | marcal marcial | margarida margarita marga rita | maria mari mariona | marian mariano
marti martin | mateu mateo | maurici mauricio | mercedes merce meche merche | miquel miguel | miriam
montserrat montse monserrat | natalia nati | neus nieves | nicolau nicolas nico | nuria | oleguer | olga
oriol | oscar | pau pablo paulo | paula | pere pedro peret perico | pilar pili | rafael rafa rafel | raimon raimundo
ramon mon | remei remedios reme | ricard ricardo | robert roberto | roc roque | roger rogelio | roser rosario charo
rosa roseta | salvador salva vador | sebastia sebastian | sergi sergio | sofia sofi | susanna susana | teresa tere
tomas tomeu | trinitat trinidad trini | vicenc vicente vicens | victoria vicki viqui | victor | xavier javier xavi javi
william bill will billy | robert bob rob bobby | richard dick rick | thomas tom tommy | james jim jimmy
john jack johnny | edward ted ned eddie | henry harry | elizabeth beth liz lizzie eliza | margaret maggie peggy
charles charlie chuck | joseph joe | michael mike | catherine kate katie kathy | patricia pat
""".replace("\n", " | ")


@functools.cache
def _roots() -> dict[str, str]:
    """form -> root; the first family that holds a form keeps it."""
    roots: dict[str, str] = {}
    for family in _FAMILIES.split("|"):
        forms = family.split()
        for form in forms:
            roots.setdefault(form, forms[0])
    return roots


def root(given: str) -> str:
    """The root of a normalised given name, word by word: `pep maria` -> `josep maria`; `ma` is Maria's abbreviation."""
    roots = _roots()
    return " ".join("maria" if word in ("ma", "mª") else roots.get(word, word) for word in given.split())
