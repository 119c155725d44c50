//! Steps as processes, each with a supervisor: from the side of the worker.

mod host_process;
mod orphans;
mod process;
mod step;
mod tree;
mod wire;

use std::{io, process::Stdio, time::Duration};

use nix::unistd::Pid;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    select,
    time::timeout,
};

pub(crate) use self::{
    host_process::{adopt_orphans, hide_from_other_processes},
    orphans::Supervisors,
    process::supervise,
    step::{StepArguments, become_step},
    wire::{Ended, Order, Task},
};
use crate::host::{Moment, this_program};

/// How much output is read at once, in bytes.
const CHUNK: usize = 64 << 10;

/// How long output is waited for once the step and all that it started are dead: someone else may hold the pipe.
const LAST_OUTPUT: Duration = Duration::from_secs(1);

/// How long a supervisor may take to kill, before it is killed itself. It gives up by itself after 5 s.
const STUCK: Duration = Duration::from_secs(6);

/// An order is some bytes in an empty pipe.
const ORDER: Duration = Duration::from_millis(100);

/// A step that runs. Dropping it kills all that the step has started.
#[derive(Debug)]
pub(crate) struct Step<'s> {
    supervisors: &'s Supervisors,
    id: Pid,
    supervisor: Child,
    orders: ChildStdin,
    output: ChildStdout,
    ends: Lines<BufReader<ChildStderr>>,
    buffer: Vec<u8>,
    ended: Option<Ended>,
    /// Up to when its output is read, once it has ended; or none is left.
    read_until: Option<Moment>,
    /// When the supervisor is stuck.
    stuck_at: Option<Moment>,
}

/// What happens to a step.
#[derive(Debug)]
pub(crate) enum Event {
    /// It has printed this.
    Output(Vec<u8>),
    /// The last event: all is read, and nothing of it is left.
    Ended(Ended),
}

impl<'s> Step<'s> {
    /// Starts a supervisor, and has it start the step.
    pub(crate) async fn start(supervisors: &'s Supervisors, task: &Task) -> io::Result<Self> {
        let mut command = Command::new(this_program());
        command
            .arg0("pipehook")
            .arg("supervise")
            .env_clear()
            // Ctrl-C in a terminal is for the worker alone.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let (mut supervisor, id) = supervisors.start(&mut command)?;
        let (Some(orders), Some(output), Some(ends)) =
            (supervisor.stdin.take(), supervisor.stdout.take(), supervisor.stderr.take())
        else {
            return Err(io::Error::other("the supervisor has no pipes"));
        };
        let ends = BufReader::new(ends).lines();
        let buffer = Vec::with_capacity(CHUNK);
        let mut step = Self {
            supervisors,
            id,
            supervisor,
            orders,
            output,
            ends,
            buffer,
            ended: None,
            read_until: None,
            stuck_at: None,
        };
        let line = serde_json::to_string(task)? + "\n";
        step.orders.write_all(line.as_bytes()).await?;
        Ok(step)
    }

    /// Kills at this moment, unless another one is set until then.
    pub(crate) async fn run_until(&mut self, moment: Moment) {
        self.order(Order::Until(moment.as_millis())).await;
    }

    /// Asks it to end.
    pub(crate) async fn terminate(&mut self) {
        self.order(Order::Terminate).await;
    }

    /// Kills it, with all that it has started.
    pub(crate) async fn kill(&mut self) {
        self.stuck_at.get_or_insert(Moment::now() + STUCK);
        self.order(Order::Kill).await;
    }

    /// A supervisor that does not take an order is dead or stuck, which shows soon enough.
    async fn order(&mut self, order: Order) {
        let line = serde_json::to_string(&order).unwrap_or_default() + "\n";
        let _ = timeout(ORDER, self.orders.write_all(line.as_bytes())).await;
    }

    /// The next event. It can be dropped and asked for again.
    pub(crate) async fn event(&mut self) -> Event {
        loop {
            if self.ended.is_some() && self.read_until.is_some_and(Moment::has_passed) {
                return Event::Ended(self.clean_up().await);
            }
            let (stuck_at, read_until) = (self.stuck_at, self.read_until);
            select! {
                read = self.output.read_buf(&mut self.buffer), if self.ended.is_none() || read_until.is_some() => {
                    if !matches!(read, Ok(0) | Err(_)) {
                        return Event::Output(std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK)));
                    }
                    // Until the supervisor says how the step ended, there is nothing more to hear.
                    self.hear_end().await;
                    self.read_until = Some(Moment::now());
                }
                line = self.ends.next_line(), if self.ended.is_none() => self.take_end(line),
                () = at(stuck_at), if self.ended.is_none() => {
                    self.stuck_at = None;
                    let _ = self.supervisor.start_kill();
                }
                () = at(read_until) => {}
            }
        }
    }

    async fn hear_end(&mut self) {
        while self.ended.is_none() {
            let stuck_at = self.stuck_at;
            select! {
                line = self.ends.next_line() => self.take_end(line),
                () = at(stuck_at) => {
                    self.stuck_at = None;
                    let _ = self.supervisor.start_kill();
                }
            }
        }
    }

    fn take_end(&mut self, line: io::Result<Option<String>>) {
        let ended = line.ok().flatten().and_then(|line| serde_json::from_str(&line).ok());
        self.ended = Some(ended.unwrap_or(Ended::Lost));
        self.read_until = Some(Moment::now() + LAST_OUTPUT);
    }

    async fn clean_up(&mut self) -> Ended {
        if timeout(LAST_OUTPUT, self.supervisor.wait()).await.is_err() {
            let _ = self.supervisor.kill().await;
        }
        self.supervisors.ended(self.id);
        let ended = self.ended.clone().unwrap_or(Ended::Lost);
        if ended == Ended::Lost {
            self.supervisors.kill_orphans().await;
        }
        ended
    }
}

/// Waits until the moment comes. Without one, waits for ever.
async fn at(moment: Option<Moment>) {
    match moment {
        Some(moment) => moment.passes().await,
        None => std::future::pending().await,
    }
}
