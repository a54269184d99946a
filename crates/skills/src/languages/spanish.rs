//! Spanish.

use super::{Sentences, Tongue};

pub(super) const TONGUE: Tongue = Tongue {
    fillers: "
        a ahora al algo alguien alguna alguno algún allí antes aquí así aún aunque ayuda ayudar bien
        cada como cómo con cosa cual cuál cuales cuando cuándo cuanto cuánto cuánta de debe debo decir
        del desde después donde dónde dos el él ella ellas ellos en entonces entre era es esa ese eso
        esta está están estar estas este esto estos estoy fue fueron ha haber había hace hacer hacia
        han has hasta hay he hemos hoy la las le les lo los más me mi mí mis misma mismo mucho muy nada
        necesito ni no nos nosotros nuestra nuestro nunca o otra otro para pero poco por porque por
        favor pregunta puede pueden puedo que qué quien quién quiero quisiera saber se sé ser si sí sin
        sobre son soy su sus también tan tanto te tener tengo ti tiene tienen toda todavía todo todos
        tu tú tus un una uno unos usted ustedes va vamos ver y ya yo
    ",
    greetings: "hola buenas buenos días tardes noches saludos",
    thanks: "gracias adiós chao muchas",
    subjects: "
        aduana entrega envío factura indemnización paquete paquetes queja reclamación reembolso
        repartidor vecino
    ",
    letters: "ñ¿¡áíóú",
    sentences: Sentences {
        greeting: "¡Hola!",
        you_can_ask: "Puede preguntarme sobre:",
        welcome: "¡De nada! Escríbanos de nuevo cuando lo necesite.",
        listening: "Aquí estoy: escriba simplemente lo que desea saber.",
        quoting: "Esto es lo que dice nuestra información:",
        person: "Una persona de nuestro equipo le contestará por aquí.",
        cannot_answer: "Lo siento, ahora mismo no puedo responder a eso. Una persona de nuestro \
                        equipo le contestará por aquí.",
    },
};
