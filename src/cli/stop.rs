//! When the program is told to stop: Ctrl-C, or SIGTERM from a service manager.

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// Hears signals from its making on, so that none is lost while the city is being loaded.
#[derive(Clone)]
pub struct Stop(pub watch::Receiver<bool>);

impl Stop {
    pub fn listen() -> anyhow::Result<Self> {
        let interrupt = signal(SignalKind::interrupt()).context("Ctrl-C cannot be heard")?;
        let terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be heard")?;
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(hear(interrupt, terminate, sender));
        Ok(Self(receiver))
    }

    /// Ends when the program is to stop.
    pub async fn asked(mut self) {
        // The sender lives for as long as the program does.
        let _ = self.0.wait_for(|is_asked| *is_asked).await;
    }
}

async fn hear(mut interrupt: Signal, mut terminate: Signal, sender: watch::Sender<bool>) {
    loop {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
        sender.send_replace(true);
    }
}
