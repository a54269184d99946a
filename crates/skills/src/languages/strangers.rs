//! Small words of languages that have no sentences here. Without them a question in Italian looks
//! like bad French, for the few words that the two share, and would be answered in that.

/// Words of one such language each, separated by white space.
pub(super) const STRANGERS: [&str; 4] = [
    // Italian.
    "alla al anche ancora arriva arrivato arrivata buongiorno buonasera che ciao come con da del della
     dei delle di dov dove e è gli grazie ha hai ho i il in la lo mia mie miei mio nel nella non ordine
     ore pacco per perché più posso quando quanto questa questo sono spedizione sul sulla tuo un una uno
     vorrei",
    // Portuguese.
    "a ainda ao as bom com como da das de dia do dos é em encomenda entrega está foi isso isto já mas
     meu meus minha minhas muito na nas não no nos o obrigada obrigado olá onde os ou pacote para por
     posso porque quando quanto quero são seu sua tem um uma você",
    // Dutch.
    "aan al bezorgd de dit dat een en er geen goedemorgen goedendag graag heb heeft het hoe hoeveel ik
     is kan komt kunnen met mijn naar nee niet nog of om op pakje pakket te van voor waar waarom wanneer
     was wat we wil worden wordt ze zending zijn",
    // Polish.
    "czy dlaczego do dzień dobry dziękuję gdzie i ile jak jest już kiedy ma mam mi mnie moja moje mój na
     nie o od paczka paczki po przesyłka przesyłki się są ta tak to w z za że",
];
