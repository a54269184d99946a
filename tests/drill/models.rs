//! Two fake model servers, a primary one and its fallback, whose moods the drill sets. Each answer
//! names the messages that it was asked, so that the oracle sees what it answers, and a number of
//! its own, so that no two answers are the same.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use support::fake_model::{Api, Asked, FakeModel, Script};
use tokio::time::Instant;

use crate::ledger::Mark;
use crate::sayings::{Length, Sayings};
use crate::takeovers::Takeovers;

/// How a model server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mood {
    /// As it should.
    Well,
    /// With 429.
    Limiting,
    /// With 500.
    Failing,
    /// Not at all, while it keeps the connection.
    Hanging,
    /// With half an answer and a broken connection.
    Cutting,
}

impl Mood {
    /// The bad ones.
    pub const BAD: [Self; 4] = [Self::Limiting, Self::Failing, Self::Hanging, Self::Cutting];
}

/// How both are, and how often each was asked since they are.
struct Moods {
    now: [Mood; 2],
    asked: [usize; 2],
}

/// The two servers.
pub struct Models {
    primary: FakeModel,
    fallback: FakeModel,
    moods: Arc<Mutex<Moods>>,
    /// Who works on what, as the models see it.
    pub takeovers: Arc<Takeovers>,
    /// What they said.
    pub sayings: Arc<Sayings>,
}

/// How long answers take: between the two.
#[derive(Clone, Copy, Debug)]
pub struct Pace(pub Duration, pub Duration);

impl Models {
    /// Starts both in the best mood.
    pub fn start(pace: Pace, length: Length) -> Self {
        let moods = Arc::new(Mutex::new(Moods { now: [Mood::Well; 2], asked: [0; 2] }));
        let takeovers = Arc::new(Takeovers::default());
        let serial = Arc::new(AtomicU64::new(0));
        let sayings = Arc::new(Sayings::new(length));
        let server = |which: usize| {
            let (moods, takeovers, serial) =
                (Arc::clone(&moods), Arc::clone(&takeovers), Arc::clone(&serial));
            let sayings = Arc::clone(&sayings);
            FakeModel::deciding(move |asked| {
                let mood = {
                    let mut moods = moods.lock().unwrap_or_else(PoisonError::into_inner);
                    moods.asked[which] += 1;
                    moods.now[which]
                };
                let serial = serial.fetch_add(1, Ordering::Relaxed);
                answer(asked, mood, pace, &takeovers, (&sayings, serial))
            })
        };
        Self { primary: server(0), fallback: server(1), moods, takeovers, sayings }
    }

    /// Sets the moods of the primary one and of the fallback, and says how often each was asked
    /// while they had the moods before.
    pub fn feel(&self, primary: Mood, fallback: Mood) -> [usize; 2] {
        let mut moods = self.moods.lock().unwrap_or_else(PoisonError::into_inner);
        let before = Moods { now: [primary, fallback], asked: [0; 2] };
        std::mem::replace(&mut *moods, before).asked
    }

    /// What requests did against the vendor's contract.
    pub fn violations(&self) -> Vec<String> {
        [self.primary.violations(), self.fallback.violations()].concat()
    }

    /// A gateway's settings that use the two, and these channels. The gateway is known to them by
    /// its `slot`.
    pub fn settings(&self, slot: usize, channels: &str) -> String {
        format!(
            r#"{{
                gateway: {{ shutdownGraceSeconds: 8, trustedProxies: ["127.0.0.1"] }},
                agents: {{ defaults: {{
                    model: {{ primary: "first/test", fallbacks: ["second/test"] }},
                    offlineAnswer: false, timeoutSeconds: 12,
                }} }},
                models: {{ providers: {{
                    first: {{ api: "openai-completions", baseUrl: "{}", apiKey: "slot-{slot}",
                        firstTokenSeconds: 2, timeoutSeconds: 6 }},
                    second: {{ api: "openai-completions", baseUrl: "{}", apiKey: "slot-{slot}",
                        firstTokenSeconds: 2, timeoutSeconds: 6 }},
                }} }},
                skills: {{ directory: "skills", load: {{ watch: false }} }},
                channels: {{ {channels} }},
                logging: {{ level: "info" }},
            }}"#,
            self.primary.base_url(Api::OpenAi),
            self.fallback.base_url(Api::OpenAi),
        )
    }
}

fn answer(
    asked: &Asked,
    mood: Mood,
    pace: Pace,
    takeovers: &Takeovers,
    (sayings, serial): (&Sayings, u64),
) -> Script {
    let marks = Mark::all_in(asked.question());
    let earlier = asked.messages.iter().filter(|said| said.role == "assistant").count();
    let (first, second) = sayings.say(serial, &marks, earlier);
    // By the question, so that the same seed gives the same times.
    let spread = marks.first().map_or(0, |mark| (mark.customer * 31 + mark.number * 17) % 97);
    let time = pace.0 + (pace.1 - pace.0) * spread / 97;
    let at_work = match mood {
        Mood::Well => time,
        Mood::Limiting | Mood::Failing | Mood::Hanging | Mood::Cutting => Duration::ZERO,
    };
    let slot = asked.header("authorization").and_then(|key| key.strip_prefix("Bearer slot-"));
    if let (Some(slot), Some(mark)) = (slot.and_then(|slot| slot.parse().ok()), marks.first()) {
        takeovers.begins(*mark, slot, Instant::now() + at_work);
    }
    match mood {
        Mood::Well => {
            let half = time / 2;
            Script::new().pause(half).say(&first).pause(half).say(&second).finish()
        }
        Mood::Limiting => {
            let body = r#"{"error":{"code":"rate_limit_exceeded","message":"slow down"}}"#;
            Script::status(429, body).header("retry-after", "1")
        }
        Mood::Failing => Script::status(500, r#"{"error":{"message":"something broke"}}"#),
        Mood::Hanging => Script::new().hang(),
        Mood::Cutting => Script::new().say(&first).cut(),
    }
}
