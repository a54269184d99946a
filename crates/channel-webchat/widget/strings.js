// What the panel says, in each language. A sentence has no markup; `{name}` and `{count}` are
// filled in. What is promised here must be what the gateway does, so no sentence says more than
// "kept" and "as soon as".

const en = {
  title: 'How can we help?',
  assistant: 'Virtual assistant',
  you: 'You',
  open: 'Open chat',
  unread: 'Open chat, unread messages: {count}',
  close: 'Close chat',
  log: 'Conversation',
  hint: 'Write a message…',
  send: 'Send message',
  stop: 'Stop answering',
  newest: 'Newest message',
  writing: 'The assistant is writing…',
  sending: 'Sending…',
  waiting: 'Waiting for a connection',
  sent: 'Sent',
  failed: 'Not sent.',
  again: 'Try again',
  discard: 'Discard',
  long: 'This is too long: {count} of at most {most} characters.',
  offline: 'You are offline. Your messages are kept on this device and sent later.',
  lost: 'The connection is lost. We keep trying.',
  degraded: 'Answers may take longer at the moment. Your messages are kept and answered in turn.',
  unsent: 'Answers may take longer at the moment. What is not sent yet is kept on this device.',
  full: 'Too many of your messages are not sent yet. You can write more as soon as they are.',
  late: 'This takes longer than usual. Your message is kept, and the answer will appear here.',
  refused: 'The chat is not available at the moment. Please try again later.',
  person: 'You are now talking to {name}',
  someone: 'a member of our team',
  resumed: 'You are now talking to the virtual assistant again',
  unanswered: 'We could not answer this message. Please send it again, or contact us another way.',
};

const de = {
  title: 'Wie können wir helfen?',
  assistant: 'Virtueller Assistent',
  you: 'Sie',
  open: 'Chat öffnen',
  unread: 'Chat öffnen, ungelesene Nachrichten: {count}',
  close: 'Chat schließen',
  log: 'Gespräch',
  hint: 'Nachricht schreiben …',
  send: 'Nachricht senden',
  stop: 'Antwort abbrechen',
  newest: 'Neueste Nachricht',
  writing: 'Der Assistent schreibt …',
  sending: 'Wird gesendet …',
  waiting: 'Wartet auf eine Verbindung',
  sent: 'Gesendet',
  failed: 'Nicht gesendet.',
  again: 'Erneut versuchen',
  discard: 'Verwerfen',
  long: 'Das ist zu lang: {count} von höchstens {most} Zeichen.',
  offline:
    'Sie sind offline. Ihre Nachrichten bleiben auf diesem Gerät und werden später gesendet.',
  lost: 'Die Verbindung ist unterbrochen. Wir versuchen es weiter.',
  degraded:
    'Antworten können gerade länger dauern. Ihre Nachrichten sind gespeichert und werden der Reihe nach beantwortet.',
  unsent:
    'Antworten können gerade länger dauern. Was noch nicht gesendet ist, bleibt auf diesem Gerät.',
  full: 'Zu viele Ihrer Nachrichten sind noch nicht gesendet. Sobald sie es sind, können Sie weiterschreiben.',
  late: 'Das dauert länger als üblich. Ihre Nachricht ist gespeichert, die Antwort erscheint hier.',
  refused: 'Der Chat ist gerade nicht verfügbar. Bitte versuchen Sie es später noch einmal.',
  person: 'Sie sprechen jetzt mit {name}',
  someone: 'einer Person aus unserem Team',
  resumed: 'Sie sprechen jetzt wieder mit dem virtuellen Assistenten',
  unanswered:
    'Diese Nachricht konnten wir nicht beantworten. Bitte senden Sie sie noch einmal, oder erreichen Sie uns auf anderem Weg.',
};

const es = {
  title: '¿Cómo podemos ayudarle?',
  assistant: 'Asistente virtual',
  you: 'Usted',
  open: 'Abrir el chat',
  unread: 'Abrir el chat, mensajes sin leer: {count}',
  close: 'Cerrar el chat',
  log: 'Conversación',
  hint: 'Escriba un mensaje…',
  send: 'Enviar el mensaje',
  stop: 'Detener la respuesta',
  newest: 'Mensaje más reciente',
  writing: 'El asistente está escribiendo…',
  sending: 'Enviando…',
  waiting: 'Esperando conexión',
  sent: 'Enviado',
  failed: 'No enviado.',
  again: 'Reintentar',
  discard: 'Descartar',
  long: 'Es demasiado largo: {count} de {most} caracteres como máximo.',
  offline:
    'No tiene conexión. Sus mensajes se guardan en este dispositivo y se enviarán más tarde.',
  lost: 'Se ha perdido la conexión. Seguimos intentándolo.',
  degraded:
    'Las respuestas pueden tardar más en este momento. Sus mensajes se guardan y se responden por orden.',
  unsent:
    'Las respuestas pueden tardar más en este momento. Lo que aún no se ha enviado se guarda en este dispositivo.',
  full: 'Demasiados de sus mensajes aún no se han enviado. Podrá escribir más en cuanto se envíen.',
  late: 'Está tardando más de lo habitual. Su mensaje está guardado y la respuesta aparecerá aquí.',
  refused: 'El chat no está disponible en este momento. Inténtelo de nuevo más tarde.',
  person: 'Ahora está hablando con {name}',
  someone: 'una persona de nuestro equipo',
  resumed: 'Ahora vuelve a hablar con el asistente virtual',
  unanswered:
    'No hemos podido responder a este mensaje. Envíelo de nuevo o contáctenos por otra vía.',
};

const fr = {
  title: 'Comment pouvons-nous vous aider ?',
  assistant: 'Assistant virtuel',
  you: 'Vous',
  open: 'Ouvrir le chat',
  unread: 'Ouvrir le chat, messages non lus : {count}',
  close: 'Fermer le chat',
  log: 'Conversation',
  hint: 'Écrivez un message…',
  send: 'Envoyer le message',
  stop: 'Arrêter la réponse',
  newest: 'Message le plus récent',
  writing: "L'assistant est en train d'écrire…",
  sending: 'Envoi en cours…',
  waiting: 'En attente de connexion',
  sent: 'Envoyé',
  failed: 'Non envoyé.',
  again: 'Réessayer',
  discard: 'Supprimer',
  long: 'C’est trop long : {count} caractères sur {most} au plus.',
  offline:
    'Vous êtes hors ligne. Vos messages sont conservés sur cet appareil et seront envoyés plus tard.',
  lost: 'La connexion est interrompue. Nous continuons d’essayer.',
  degraded:
    'Les réponses peuvent prendre plus de temps en ce moment. Vos messages sont conservés et traités dans l’ordre.',
  unsent:
    'Les réponses peuvent prendre plus de temps en ce moment. Ce qui n’est pas encore envoyé est conservé sur cet appareil.',
  full: 'Trop de vos messages ne sont pas encore envoyés. Vous pourrez continuer dès qu’ils le seront.',
  late: 'Cela prend plus de temps que d’habitude. Votre message est conservé et la réponse apparaîtra ici.',
  refused: 'Le chat n’est pas disponible pour le moment. Veuillez réessayer plus tard.',
  person: 'Vous parlez maintenant avec {name}',
  someone: 'un membre de notre équipe',
  resumed: 'Vous parlez de nouveau avec l’assistant virtuel',
  unanswered:
    'Nous n’avons pas pu répondre à ce message. Veuillez le renvoyer ou nous contacter autrement.',
};

const tr = {
  title: 'Size nasıl yardımcı olabiliriz?',
  assistant: 'Sanal asistan',
  you: 'Siz',
  open: 'Sohbeti aç',
  unread: 'Sohbeti aç, okunmamış mesaj: {count}',
  close: 'Sohbeti kapat',
  log: 'Sohbet',
  hint: 'Bir mesaj yazın…',
  send: 'Mesajı gönder',
  stop: 'Yanıtı durdur',
  newest: 'En yeni mesaj',
  writing: 'Asistan yazıyor…',
  sending: 'Gönderiliyor…',
  waiting: 'Bağlantı bekleniyor',
  sent: 'Gönderildi',
  failed: 'Gönderilemedi.',
  again: 'Tekrar dene',
  discard: 'Sil',
  long: 'Bu çok uzun: {count} karakter, en fazla {most} olabilir.',
  offline:
    'Çevrimdışısınız. Mesajlarınız bu cihazda saklanır ve daha sonra gönderilir.',
  lost: 'Bağlantı koptu. Yeniden kurmaya çalışıyoruz.',
  degraded:
    'Yanıtlar şu anda daha uzun sürebilir. Mesajlarınız saklanır ve sırayla yanıtlanır.',
  unsent: 'Yanıtlar şu anda daha uzun sürebilir. Henüz gönderilmeyenler bu cihazda saklanır.',
  full: 'Çok sayıda mesajınız henüz gönderilmedi. Gönderildikleri anda yeniden yazabilirsiniz.',
  late: 'Bu, her zamankinden uzun sürüyor. Mesajınız saklandı, yanıt burada görünecek.',
  refused: 'Sohbet şu anda kullanılamıyor. Lütfen daha sonra tekrar deneyin.',
  person: 'Şu anda görüştüğünüz kişi: {name}',
  someone: 'ekibimizden biri',
  resumed: 'Yeniden sanal asistanla görüşüyorsunuz',
  unanswered:
    'Bu mesajı yanıtlayamadık. Lütfen yeniden gönderin veya bize başka bir yoldan ulaşın.',
};

const ar = {
  title: 'كيف يمكننا مساعدتك؟',
  assistant: 'المساعد الافتراضي',
  you: 'أنت',
  open: 'فتح المحادثة',
  unread: 'فتح المحادثة، الرسائل غير المقروءة: {count}',
  close: 'إغلاق المحادثة',
  log: 'المحادثة',
  hint: 'اكتب رسالة…',
  send: 'إرسال الرسالة',
  stop: 'إيقاف الإجابة',
  newest: 'أحدث رسالة',
  writing: 'المساعد يكتب الآن…',
  sending: 'جارٍ الإرسال…',
  waiting: 'في انتظار الاتصال',
  sent: 'أُرسلت',
  failed: 'لم تُرسل.',
  again: 'إعادة المحاولة',
  discard: 'تجاهل',
  long: 'النص طويل جدًا: {count} حرفًا، والحد الأقصى {most}.',
  offline: 'أنت غير متصل. رسائلك محفوظة على هذا الجهاز وستُرسل لاحقًا.',
  lost: 'انقطع الاتصال. نواصل محاولة استعادته.',
  degraded: 'قد تستغرق الإجابات وقتًا أطول حاليًا. رسائلك محفوظة وسيُجاب عنها بالترتيب.',
  unsent: 'قد تستغرق الإجابات وقتًا أطول حاليًا. ما لم يُرسل بعد محفوظ على هذا الجهاز.',
  full: 'ما زال كثير من رسائلك لم يُرسل بعد. يمكنك كتابة المزيد فور إرسالها.',
  late: 'يستغرق هذا وقتًا أطول من المعتاد. رسالتك محفوظة وستظهر الإجابة هنا.',
  refused: 'المحادثة غير متاحة حاليًا. يُرجى المحاولة لاحقًا.',
  person: 'أنت تتحدث الآن مع {name}',
  someone: 'أحد أعضاء فريقنا',
  resumed: 'أنت تتحدث الآن مع المساعد الافتراضي من جديد',
  unanswered: 'لم نتمكن من الإجابة عن هذه الرسالة. يُرجى إرسالها مرة أخرى أو التواصل معنا بطريقة أخرى.',
};

const midnight = (at) => new Date(at).setHours(0, 0, 0, 0);

/** Every language, by its primary subtag. */
export const languages = { en, de, es, fr, tr, ar };

/**
 * The words of one language: `say(key, values)`, and the formats of its times and days.
 * @param {string} lang a primary subtag that `languages` has
 */
export function words(lang) {
  const table = languages[lang] ?? en;
  // The visitor's own region decides between 2:05 PM and 14:05, where it is of the same language.
  const locale = navigator.languages?.find((tag) => tag.startsWith(lang)) ?? lang;
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
  const near = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const say = (key, values = {}) =>
    table[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  return {
    say,
    time: (at) => time.format(at),
    day(at, now = Date.now()) {
      // Rounded, since a day on which the clocks change has 23 or 25 hours.
      const ago = Math.round((midnight(now) - midnight(at)) / 86_400_000);
      return ago < 2 ? near.format(-Math.max(ago, 0), 'day') : day.format(at);
    },
  };
}
