//! English.

use super::{Sentences, Tongue};

pub(super) const TONGUE: Tongue = Tongue {
    fillers: "
        a about above actually after again all almost already also although always am an and any
        anybody anymore anyone anything anyway are aren around as ask asked asking at away back be
        because become been before being below between both but by came can cannot cant come comes
        could couldn d did didn do does doesn doing don done down during each either else even ever
        every everyone everything exactly few find first for from further gave get gets getting give
        given go goes going gone gonna good got gotten guys had hadn happen happened happening happens
        has hasn have haven having he help her here hers herself him himself his how however i if im
        in instead into is isn it its itself just keep keeps know knows let like likes ll look looking
        looks lot m made make makes many may maybe me mean meaning means might mine more most much must my
        myself need needed needs never no not nothing now of off oh ok okay old on once one only onto
        or other others our ours out over own people please pls possible put quite rather re really
        s said same saw say saying says see seem seems seen shall she should shouldn show since sir so
        some somebody someone something somewhere soon still such suppose supposed sure t take taken
        takes tell than that the their theirs them themselves then there these they thing things think
        this those though through till to today together told too took try trying u under understand
        until unless up upon ur us use used using usually ve very wanna want wanted wants was wasn way
        we well went were weren what whats whatever when where wheres whether which while who whom
        whose why will with within without won work works would wouldn wrote yes yesterday yet you
        your yours yourself
        tuesday wednesday thursday ma'am madam mister mr mrs ms
        question questions wonder wondering hoping hope kindly dear anyhow excuse team
    ",
    greetings: "hi hello hey hiya howdy heya morning afternoon evening greetings yo",
    thanks: "thanks thank thx ty cheers bye goodbye thankyou",
    subjects: "",
    letters: "",
    sentences: Sentences {
        greeting: "Hello!",
        you_can_ask: "You can ask me about:",
        welcome: "You're welcome! Just write again whenever something comes up.",
        listening: "I'm here: just write what you would like to know.",
        quoting: "This is what our information says:",
        person: "A person from our team will follow up with you here.",
        cannot_answer: "I'm sorry, I can't answer that right now. A person from our team will \
                        follow up with you here.",
    },
};
