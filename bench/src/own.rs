//! What is ours alone, measured in this process: proof, extraction and the whole endpoint without AWS, against the
//! HMAC-SHA256 that no receiver of webhooks can do without.

use std::hint::black_box;
use std::time::{Instant, SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use sample::{Event, Failure, SECRET, SIZES, Size, Trigger, github_signature, push};
use sha2::Sha256;
use shared::aws::deflate;
use shared::domain::received::Received;

use crate::progress::Progress;
use crate::report::{Figure, Table};

const STEPS: usize = 6;

/// About as long as one sample of a step takes, in bytes of body that it goes through.
const SAMPLE_BYTES: usize = 4 * 1024 * 1024;

/// Samples of each step, in turn.
pub(crate) fn measure(samples: usize) -> Result<Table, Failure> {
    let text = "In one process, without AWS, in µs. `HMAC alone` is HMAC-SHA256 over the body, as the product computes it. \
                `verify` is the proof of the signature, `extract` the parsing of the body with the typing of six variables. \
                `handle` is the whole endpoint from the event to the answer, without what the SDK does. `pack` is the \
                compression of the body alone, as for the log.";
    let columns = [
        "body",
        "HMAC alone (µs)",
        "verify (µs)",
        "extract (µs)",
        "verify + extract (µs)",
        "handle (µs)",
        "pack (µs)",
        "verify + extract to HMAC",
        "handle to HMAC",
    ];
    let mut table = Table::new("own", "Ours alone", text, &columns);
    let trigger = Trigger::new(SystemTime::now())?;
    let progress = Progress::begin("ours alone", SIZES.len() * samples);
    for size in SIZES {
        let mut seen: [Vec<f64>; STEPS] = Default::default();
        let case = Case::new(&trigger, size)?;
        let repeats = (SAMPLE_BYTES / size.0).clamp(4, 1_000);
        for _ in 0..samples {
            for (step, seen) in seen.iter_mut().enumerate() {
                seen.push(case.time(&trigger, step, repeats)?);
            }
            progress.step(&size.to_string());
        }
        let [hmac, verify, extract, both, handle, pack] = seen.map(Figure::of);
        let figures = [hmac, verify, extract, both, handle, pack, both.ratio(hmac), handle.ratio(hmac)];
        table.row(size.to_string(), figures.map(Some));
    }
    Ok(table)
}

struct Case {
    body: Vec<u8>,
    received: Received,
    event: String,
}

impl Case {
    fn new(trigger: &Trigger, size: Size) -> Result<Self, Failure> {
        let body = push(size, "main")?;
        let signature = github_signature(body.as_bytes())?;
        let received = trigger.received(&signature, &body);
        Ok(Self { event: Event::new(&body, &signature)?.next(), received, body: body.into_bytes() })
    }

    /// How long a step takes in µs, as the mean of so many.
    fn time(&self, trigger: &Trigger, step: usize, repeats: usize) -> Result<f64, Failure> {
        let began = Instant::now();
        for _ in 0..repeats {
            self.run(trigger, step)?;
        }
        #[expect(clippy::cast_precision_loss, reason = "at most a thousand")]
        let repeats = repeats as f64;
        Ok(began.elapsed().as_secs_f64() * 1e6 / repeats)
    }

    fn run(&self, trigger: &Trigger, step: usize) -> Result<(), Failure> {
        let body = black_box(self.body.as_slice());
        match step {
            0 => {
                let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(SECRET.as_bytes())?;
                mac.update(body);
                black_box(mac.finalize());
            }
            1 => self.verify(trigger)?,
            2 => drop(black_box(trigger.extract(body)?)),
            3 => {
                self.verify(trigger)?;
                black_box(trigger.extract(body)?);
            }
            4 => drop(black_box(trigger.handle(black_box(&self.event))?)),
            _ => {
                black_box(deflate(&[body])?);
            }
        }
        Ok(())
    }

    fn verify(&self, trigger: &Trigger) -> Result<(), Failure> {
        if trigger.verify(black_box(&self.received)) { Ok(()) } else { Err("a good signature was refused".into()) }
    }
}
