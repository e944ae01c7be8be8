use tokio::sync::mpsc;

use super::*;

/// A transaction that runs until the test lets it end.
struct Running {
    questions: Vec<u32>,
    end: oneshot::Sender<()>,
}

type Group = GroupCommit<&'static str, u32, u32>;

/// Answers a question with its double.
fn asker(
    group: &Group,
    running: &mpsc::UnboundedSender<Running>,
) -> impl Fn(&'static str, u32) -> tokio::task::JoinHandle<Result<u32, Unanswered>> {
    let (group, running) = (group.clone(), running.clone());
    move |asker, question| {
        let (group, running) = (group.clone(), running.clone());
        tokio::spawn(async move {
            let carry_out = move |questions: Vec<u32>| {
                let (end, ended) = oneshot::channel();
                running.send(Running { questions: questions.clone(), end }).unwrap();
                async move {
                    ended.await.expect("the test lets it end, or it panics here");
                    questions.into_iter().map(|question| question * 2).collect()
                }
            };
            group.ask(asker, question, carry_out).await
        })
    }
}

#[tokio::test]
async fn who_comes_meanwhile_goes_together_and_each_gets_the_own_answer() {
    let (sender, mut running) = mpsc::unbounded_channel();
    let group = Group::new(1);
    let ask = asker(&group, &sender);
    let first = ask("a", 1);
    let alone = running.recv().await.unwrap();
    assert_eq!(alone.questions, [1], "nobody is waited for");
    let later: Vec<_> = [("a", 2), ("a", 3), ("b", 4)].map(|(who, question)| ask(who, question)).into();
    tokio::task::yield_now().await;
    alone.end.send(()).unwrap();
    assert_eq!(first.await.unwrap(), Ok(2));
    let together = running.recv().await.unwrap();
    assert_eq!(together.questions, [2, 4, 3], "by turns");
    together.end.send(()).unwrap();
    let mut answers = Vec::new();
    for one in later {
        answers.push(one.await.unwrap().unwrap());
    }
    assert_eq!(answers, [4, 6, 8]);
    // Idle again: the next one starts anew.
    let next = ask("a", 5);
    running.recv().await.unwrap().end.send(()).unwrap();
    assert_eq!(next.await.unwrap(), Ok(10));
}

#[tokio::test]
async fn one_more_than_may_wait_is_refused_and_who_asks_little_is_not() {
    let (sender, mut running) = mpsc::unbounded_channel();
    let group = Group::new(1);
    let ask = asker(&group, &sender);
    let first = ask("much", 0);
    let runs = running.recv().await.unwrap();
    let waiting: Vec<_> = (0..WAITING_MAX).map(|_| ask("much", 1)).collect();
    tokio::task::yield_now().await;
    assert_eq!(ask("much", 1).await.unwrap(), Err(Unanswered::TooMany));
    let little = ask("little", 7);
    tokio::task::yield_now().await;
    runs.end.send(()).unwrap();
    first.await.unwrap().unwrap();
    let next = running.recv().await.unwrap();
    assert_eq!(next.questions.len(), TOGETHER_MAX);
    assert_eq!(next.questions[..2], [1, 7]);
    next.end.send(()).unwrap();
    assert_eq!(little.await.unwrap(), Ok(14));
    tokio::spawn(async move {
        while let Some(next) = running.recv().await {
            next.end.send(()).unwrap();
        }
    });
    let mut refused = 0;
    for one in waiting {
        refused += usize::from(one.await.unwrap() == Err(Unanswered::TooMany));
    }
    assert_eq!(refused, 1, "the newest of whoever asked much made room");
}

#[tokio::test]
async fn a_second_transaction_begins_beside_one_that_runs_when_enough_wait_and_no_third() {
    let (sender, mut running) = mpsc::unbounded_channel();
    let group = Group::new(2);
    let ask = asker(&group, &sender);
    let mut asked = vec![ask("a", 0)];
    let first = running.recv().await.unwrap();
    asked.extend((1..WORTH_ANOTHER).map(|_| ask("a", 1)));
    tokio::task::yield_now().await;
    assert!(running.try_recv().is_err(), "one less than is worth it waits");
    asked.push(ask("a", 1));
    let second = running.recv().await.unwrap();
    assert_eq!(second.questions.len(), WORTH_ANOTHER);
    asked.extend((0..WORTH_ANOTHER).map(|_| ask("a", 2)));
    tokio::task::yield_now().await;
    assert!(running.try_recv().is_err(), "no more than two run");
    second.end.send(()).unwrap();
    let third = running.recv().await.unwrap();
    assert_eq!(third.questions.len(), WORTH_ANOTHER, "beside the first, which runs still");
    asked.push(ask("a", 3));
    tokio::task::yield_now().await;
    third.end.send(()).unwrap();
    tokio::task::yield_now().await;
    assert!(running.try_recv().is_err(), "a single one waits for the first to end");
    first.end.send(()).unwrap();
    let last = running.recv().await.unwrap();
    assert_eq!(last.questions, [3]);
    last.end.send(()).unwrap();
    for one in asked {
        assert!(one.await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn a_transaction_that_breaks_off_takes_no_other_along() {
    let (sender, mut running) = mpsc::unbounded_channel();
    let group = Group::new(1);
    let ask = asker(&group, &sender);
    let broken = ask("a", 1);
    let runs = running.recv().await.unwrap();
    let waits = ask("a", 2);
    tokio::task::yield_now().await;
    drop(runs.end);
    assert_eq!(broken.await.unwrap(), Err(Unanswered::BrokenOff));
    running.recv().await.unwrap().end.send(()).unwrap();
    assert_eq!(waits.await.unwrap(), Ok(4));
}

#[tokio::test]
async fn who_hangs_up_cancels_nothing() {
    let (sender, mut running) = mpsc::unbounded_channel();
    let group = Group::new(1);
    let ask = asker(&group, &sender);
    let first = ask("a", 1);
    let runs = running.recv().await.unwrap();
    let gone = ask("a", 2);
    tokio::task::yield_now().await;
    gone.abort();
    first.abort();
    runs.end.send(()).unwrap();
    let next = running.recv().await.unwrap();
    assert_eq!(next.questions, [2]);
    next.end.send(()).unwrap();
}
