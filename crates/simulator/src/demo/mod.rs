//! The main job of the simulator, run and checked: a municipal file is registered, its people are numbered,
//! a pseudonym is bound, a patient is confirmed by a fresh linkage key, and everything that must be refused
//! is refused.
//!
//! Nothing here has a way that others have not: files go through the registration door, visits through the
//! terminal. For steps that need a linkage key in hand the demo is a second OQS with its own certificate and
//! epoch: no party gets a way to hand out keys.

mod findings;
mod keys;
mod people;
mod refusals;
mod register;
mod residue;
mod stage;

use std::path::PathBuf;
use std::time::Duration;

use pmh_domain::Stopwatch;
use pmh_service::{Exchange, StartError};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

pub use findings::{Findings, StepFailed};
use stage::Stage;

/// Where the demo runs.
pub struct Options {
    /// Its folder; files of an earlier demo there are an error.
    pub data: PathBuf,
    /// Base port; 0 lets every door pick its own.
    pub port: u16,
    pub host: std::net::IpAddr,
    /// `postgres://…` for all parties; `None` is SQLite.
    pub database: Option<String>,
    /// Whether the world is left on its PostgreSQL server, for somebody to look at.
    pub keep: bool,
    /// What the process logged and printed so far, looked through by the last step.
    pub captured: Vec<PathBuf>,
}

/// What there is to tell, in order.
pub enum Event<'a> {
    Exchange(&'a Exchange),
    Step(&'a Step),
}

/// One step and how it came out.
pub struct Step {
    pub name: &'static str,
    pub ja: &'static str,
    pub en: &'static str,
    pub findings: Findings,
}

impl Step {
    pub fn is_ok(&self) -> bool {
        self.findings.failures.is_empty()
    }
}

/// The end of the story.
pub struct Summary {
    pub steps: Vec<Step>,
    pub elapsed_ms: u64,
}

impl Summary {
    pub fn is_ok(&self) -> bool {
        self.steps.iter().all(Step::is_ok)
    }
}

/// How long the demo waits for what happens without being asked for (numbering, introductions).
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs every step, also after one that failed, and tells each exchange and step as it happens.
pub async fn run(options: Options, mut tell: impl FnMut(Event<'_>)) -> Result<Summary, StartError> {
    let started = Stopwatch::start();
    let mut stage = Stage::set(&options).await?;
    let mut exchanges = stage.topology.exchanges().subscribe();
    let mut steps: Vec<Step> = Vec::new();
    macro_rules! step {
        ($name:literal, $ja:literal, $en:literal, $run:expr) => {
            let mut findings = Findings::default();
            if let Err(error) = $run(&mut stage, &mut findings).await {
                findings.failures.push(error.to_string());
            }
            drain(&mut exchanges, &mut tell);
            let step = Step { name: $name, ja: $ja, en: $en, findings };
            tell(Event::Step(&step));
            steps.push(step);
        };
    }
    step!("register", "大阪市がファイルを登録する", "Osaka registers its files", register::register);
    step!("numbering", "全員が採番される", "everybody is numbered", register::numbering);
    step!("renumber", "再送しても PMH-ID は変わらない", "sent again: the same PMH-IDs", register::renumber);
    step!("mismatch", "カナが違う人は採番されない", "whose kana differ is not numbered", register::mismatch);
    step!("bind", "住民がログインし仮名が紐付く", "a citizen logs in, a pseudonym is bound", people::bind);
    step!("visit", "カードと同意で資格が見える", "card and consent show the subsidy", people::visit);
    step!(
        "revisit",
        "次の受診は別の鍵、同じ答え",
        "next visit: another key, the same answer",
        people::revisit
    );
    step!("replay", "使った鍵は二度と使えない", "a used key is refused", keys::replay);
    step!(
        "borrowed-key",
        "他の医療機関では使えない",
        "a key serves one institution only",
        keys::borrowed_key
    );
    step!(
        "no-consent",
        "同意がなければ鍵も照会もない",
        "no consent: no key, no question",
        people::no_consent
    );
    step!(
        "not-registered",
        "未登録の人は空の答え",
        "not registered: the empty answer",
        people::not_registered
    );
    step!("lapsed", "期限切れも同じ空の答え", "lapsed: the same empty answer", people::lapsed);
    step!("citizen", "住民が自分の資格を仮名で見る", "the citizen reads by pseudonym", people::citizen);
    step!(
        "other-municipality",
        "他の自治体には存在すら見えない",
        "another municipality learns nothing",
        refusals::other_municipality
    );
    step!("wrong-door", "違う証明書では入れない", "wrong certificates are refused", refusals::wrong_door);
    step!("withdraw", "削除すると医療機関から消える", "withdrawn: the clinic sees nothing", people::withdraw);
    step!("leak-scan", "どこにも漏れていない", "nothing has leaked", residue::leak_scan);
    stage.end(options.keep).await?;
    drain(&mut exchanges, &mut tell);
    Ok(Summary { steps, elapsed_ms: started.elapsed_ms() })
}

fn drain(exchanges: &mut Option<Receiver<Exchange>>, tell: &mut impl FnMut(Event<'_>)) {
    let Some(exchanges) = exchanges else { return };
    loop {
        match exchanges.try_recv() {
            Ok(exchange) => tell(Event::Exchange(&exchange)),
            Err(TryRecvError::Lagged(_)) => {}
            Err(TryRecvError::Empty | TryRecvError::Closed) => return,
        }
    }
}
