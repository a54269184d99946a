//! Turkish.

use super::{Sentences, Tongue};

pub(super) const TONGUE: Tongue = Tongue {
    fillers: "
        acaba ama ancak artık asla aslında ayrıca az bana bazen bazı belki ben beni benim bile bir biri
        birkaç birşey biz bize bizi bizim bu buna bunda bundan bunu bunun burada çok çünkü da daha de
        defa değil diğer diye dolayı en etmek fakat gibi göre hala hangi hani hem henüz hep hepsi her
        hiç için ile ise iyi kadar kendi ki kim kimse lütfen mı mi mu mü musunuz mısınız misiniz nasıl
        ne neden nedir nerede nereden nereye neye niçin niye o olan olarak oldu olduğu olmak olsun ona
        onlar onu onun orada önce öyle pek rağmen sadece sana sen seni siz sizi sizin sonra soru sormak
        şey şimdi şu tüm üzere var varmı ve veya ya yani yapmalıyım yapabilirim yardım yok zaten zaman
        istiyorum lazım gerek bugün dün size bilgi peki gelir gelecek geliyor
    ",
    greetings: "merhaba selam günaydın günler akşamlar",
    thanks: "teşekkürler teşekkür ederim sağol sağolun görüşürüz",
    subjects: "
        fatura gümrük iade kargo kargom komşu kurye paket paketim şikayet tazminat teslimat
    ",
    letters: "ığşöüç",
    sentences: Sentences {
        greeting: "Merhaba!",
        you_can_ask: "Bana şunları sorabilirsiniz:",
        welcome: "Rica ederim! Bir şey olursa yine yazabilirsiniz.",
        listening: "Buradayım: öğrenmek istediğinizi yazmanız yeterli.",
        quoting: "Bilgilerimizde şöyle yazıyor:",
        person: "Ekibimizden biri size buradan dönüş yapacak.",
        cannot_answer: "Üzgünüm, bu soruyu şu anda yanıtlayamıyorum. Ekibimizden biri size buradan \
                        dönüş yapacak.",
    },
};
