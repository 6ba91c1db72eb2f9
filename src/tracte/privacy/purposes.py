"""Why personal data are touched: the one list that declarations and installations share.

Texts in Catalan, Spanish, Aranese and English. `is_offered`: an agent may choose it when opening a person.
"""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("ca", "es", "oc", "en")


@dataclass(frozen=True)
class Known:
    is_offered: bool
    label: tuple[str, str, str, str]
    explanation: tuple[str, str, str, str]

    @property
    def labels(self) -> dict[str, str]:
        return dict(zip(LANGUAGES, self.label, strict=True))

    @property
    def explanations(self) -> dict[str, str]:
        return dict(zip(LANGUAGES, self.explanation, strict=True))


PURPOSES = {
    "attend": Known(
        True,
        ("contestar una consulta", "responder a una consulta", "respóner ua consulta", "answer an enquiry"),
        (
            "La persona ens ha escrit, trucat o visitat i li hem de respondre.",
            "La persona nos ha escrito, llamado o visitado y le debemos una respuesta.",
            "Era persona mos a escrit, sonat o visitat e li auem de respóner.",
            "The person wrote, called or came, and we owe them an answer.",
        ),
    ),
    "complaint": Known(
        True,
        (
            "tramitar una queixa o un cas",
            "tramitar una queja o un caso",
            "tramitar ua queisha o un cas",
            "handle a complaint or a case",
        ),
        (
            "Hi ha una queixa, un suggeriment o un cas obert i cal saber què ha passat abans.",
            "Hay una queja, una sugerencia o un caso abierto y hay que saber qué ha pasado antes.",
            "I a ua queisha, ua suggestion o un cas dubèrt e cau saber qué a passat abans.",
            "A complaint, a suggestion or a case is open and what happened before must be known.",
        ),
    ),
    "correct": Known(
        True,
        ("corregir les dades", "corregir los datos", "corregir es donades", "correct the data"),
        (
            "Alguna dada de la persona és errònia o ha canviat.",
            "Algún dato de la persona es erróneo o ha cambiado.",
            "Bèra donada dera persona ei erronèa o a cambiat.",
            "Something that we hold about the person is wrong or has changed.",
        ),
    ),
    "merge": Known(
        True,
        ("ajuntar o separar fitxes", "unir o separar fichas", "ajuntar o separar fiches", "join or separate records"),
        (
            "Cal comprovar si dues fitxes són de la mateixa persona.",
            "Hay que comprobar si dos fichas son de la misma persona.",
            "Cau comprovar se dues fiches son dera madeisha persona.",
            "Two records may be of the same person, and somebody has to look.",
        ),
    ),
    "link": Known(
        False,
        (
            "reconèixer qui és qui",
            "reconocer quién es quién",
            "reconéisher qui ei qui",
            "recognise who is who",
        ),
        (
            "Es comparen les fitxes per saber quines són de la mateixa persona i no fer-la començar de nou.",
            "Se comparan las fichas para saber cuáles son de la misma persona y no hacerla empezar de nuevo.",
            "Se compòren es fiches entà saber quines son dera madeisha persona e non hèr-la començar de nau.",
            "Records are compared to know which are of the same person, so that nobody has to start again.",
        ),
    ),
    "audit": Known(
        False,
        ("controlar l’ús", "controlar el uso", "contrarotlar er usatge", "audit the use"),
        (
            "La delegació de protecció de dades comprova qui ha consultat què, i per què.",
            "La delegación de protección de datos comprueba quién ha consultado qué, y por qué.",
            "Era delegacion de proteccion de donades compròve qui a consultat qué, e per qué.",
            "The data protection officer checks who looked at what, and why.",
        ),
    ),
    "administer": Known(
        False,
        (
            "administrar la instal·lació",
            "administrar la instalación",
            "administrar era installacion",
            "administer the installation",
        ),
        (
            "Fer funcionar el servei: comptes de qui hi treballa, claus, unitats i vocabularis.",
            "Hacer funcionar el servicio: cuentas de quien trabaja en él, claves, unidades y vocabularios.",
            "Hèr a foncionar eth servici: compdes de qui i trebalhe, claus, unitats e vocabularis.",
            "Keep the service running: accounts of those who work here, keys, units and vocabularies.",
        ),
    ),
}
