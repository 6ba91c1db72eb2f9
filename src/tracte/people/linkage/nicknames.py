"""Everyday forms of given names, and the same name in Catalan and Spanish: one root for all, to compare by."""

from __future__ import annotations

import functools

from tracte.people.names import PARTICLES

_FAMILIES = """
adria adrian | agusti agustin | ahmed ahmad ahmet | aicha aisha aixa aysha | abdallah abdellah abdullah abdoulah
abdelrahman abderrahman abderrahmane | amadou ahmadou amadu | ana anna | andrii andriy andrei | anas annas
albert alberto | alexandra alejandra | alexandre alejandro alex sandro alexander oleksandr aleksandr alexandru sasha
alfons alfonso | alfred alfredo | andreu andres | angels angeles | antoni antonio toni anton | antonia tona tonia toni
arnau arnaldo | assumpcio asuncion assumpta | august augusto | bartomeu bartolome tomeu | benet benito
bernat bernardo | carles carlos carlitos | carme carmen carmina carmeta | caterina catalina cati | claudi claudio
concepcio concepcion concha conxita conchita conchi | consol consuelo | cristina cris | cristofol cristobal tofol
daniel dani | dolors dolores lola loles loli | domenec domingo | eduard eduardo edu | elena helena olena
elisabet isabel elisabeth betty bel isabela eli | emili emilio | encarnacio encarnacion encarna | enric enrique quique
ernest ernesto | esperanca esperanza | esteve esteban | eugeni eugenio | eulalia laia laieta lali | felip felipe
ferran fernando nando | francesc francisco cesc paco xesc quico kiko siscu fco
francesca francisca cesca cisca paquita xesca | frederic federico | gabriel biel | gerard gerardo | gonzalo goncal
gregori gregorio | guillem guillermo guille | ignasi ignacio nacho nasi | immaculada inmaculada imma inma | ines agnes
jacint jacinto cinto | jaume jaime jaumet met | jeroni jeronimo | jesus chus suso | joan juan joanet juanito
joana juana | joaquim joaquin quim ximo | jordi jorge | josefa josepa pepa pepita fina josefina
josep jose pep jep pepe josepet | juli julio | llorenc lorenzo | lluc lucas | llucia lucia | lluis luis lluiset
lluisa luisa | manel manuel manolo lolo nel | manuela manoli | marc marcos | marcal marcial
margarida margarita marga rita | maria mari | marian mariano | marti martin | mateu mateo | maurici mauricio
mercedes merce meche merche | meritxell txell meri | miquel miguel quel
mohamed mohammed mohammad mohamad muhammad muhammed mohamet moha | mamadou mamadu mahamadou
mostafa mustapha mustafa moustapha | montserrat montse monserrat rat | narcis narciso ciset
natalia nati nataliia nataliya natalya | neus nieves | nicolau nicolas nico | nuria nuri | patricia patri
pau pablo paulo | pere pedro peret perico | pilar pili | rafael rafa rafel | raimon raimundo | ramon mon
remei remedios reme | ricard ricardo | robert roberto | roc roque | roger rogelio | rosa roseta | roser rosario charo
salvador salva vador | santiago santi | sebastia sebastian tia | sergi sergio | silvia silvi | sofia sofi
susanna susana susi | teresa tere | trinitat trinidad trini | vicenc vicent vicente vicens | victoria vicki viqui
xavier javier xavi javi | william bill will billy | robert bob rob bobby | richard dick rick | thomas tom tommy
james jim jimmy | john jack johnny | edward ted ned eddie | henry harry | elizabeth beth liz lizzie eliza
margaret maggie peggy | charles charlie chuck | joseph joe | michael mike | catherine kate katie kathy | fatima fatma
fatoumata fatou fatu | gemma gema | hassan hasan | hussain hussein houssain husein | ibrahim ibrahima brahim
khadija jadiya khadidja jadija khadiya hadija | laila leila layla | oksana oxana | ousmane usman osman | rachid rashid
said saeed sayed | svitlana svetlana | volodymyr vladimir vladimiro | youssef yusef yousef youcef yusuf youssouf iusef
yulia iulia yuliia iuliia | zineb zaynab zainab zeineb | moussa musa mussa
""".replace("\n", " | ")


_WHOLE = """
maite mayte: maria teresa | maribel: maria isabel | marisa: maria luisa | marisol: maria soledad | mamen: maria carmen
maricarmen: maria carmen | marijo majo: maria jose | marialluisa: maria luisa | mariangels: maria angels
joselu: jose luis | josean: jose antonio | josema chema: jose maria | juanca: juan carlos | juanjo: juan jose
juanma: juan manuel | joanma: joan manel | franxesc: francesc xavier | fatimazahra: fatima zahra
""".replace("\n", " | ")
_ABBREVIATED = {"m": "maria", "ma": "maria", "mª": "maria", "mari": "maria"}  # beside another given name


@functools.cache
def _roots() -> dict[str, str]:
    """form -> root; the first family that holds a form keeps it."""
    roots: dict[str, str] = {}
    for family in _FAMILIES.split("|"):
        forms = family.split()
        for form in forms:
            roots.setdefault(form, forms[0])
    return roots


@functools.cache
def _wholes() -> dict[str, str]:
    """One word that stands for a name of two."""
    wholes: dict[str, str] = {}
    for line in _WHOLE.split("|"):
        forms, _, name = line.partition(":")
        wholes |= dict.fromkeys(forms.split(), name.strip())
    return wholes


@functools.lru_cache(maxsize=65536)
def root(given: str) -> str:
    """The root of a normalised given name, word by word: `pep maria`, `josep m` -> `josep maria`; `maite`, `m teresa`,
    `maria de la teresa` -> `maria teresa`."""
    words = [word for word in _wholes().get(given, given).split() if word not in PARTICLES] or given.split()
    if len(words) > 1:
        words = [_ABBREVIATED.get(word, word) for word in words]
    roots = _roots()
    return " ".join(roots.get(word, word) for word in words)
