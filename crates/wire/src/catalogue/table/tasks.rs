//! R27: a registration task, and the rows that it does not apply.

macro_rules! tasks {
    ([$next:ident $($rest:ident)*] $($before:tt)*) => {
        $next! { [$($rest)*] $($before)*
    NothingToCancel "PMH-R271" 409 "Nothing left to cancel"
        clerk "このファイルはすでに処理が終わっているため、取り消せません。"
            / "This file has been processed already and cannot be cancelled."
        vendor "反映待ちの行がありません(反映済みまたは失敗したタスク)。反映済みの行を取り消すには、削除レコードを送ってください。"
            / "No row of the task waits any more (all applied, or failed). To take applied rows back, send deletion records.";
    ChunkUnreadable "PMH-R272" 422 "Received rows cannot be read"
        clerk "受け付けたデータの一部が読めなくなりました。この行は登録されていません。システムの担当者に連絡してください。"
            / "Part of the data that was accepted cannot be read any more. This row is not registered. Please tell your system administrator."
        vendor "受付済みの行の保管データが破損したか、復号の鍵がありません。タスクは failed になり、以降の行は反映していません。同じファイルを再送してください。"
            / "Stored rows are damaged, or the key that opens them is lost. The task has failed and later rows are not applied. Send the file again.";
    ChunkNotApplied "PMH-R273" 422 "Received rows cannot be applied"
        clerk "システムの問題により、この行を登録できませんでした。システムの担当者に連絡してください。"
            / "This row could not be registered because of a fault of the system. Please tell your system administrator."
        vendor "行の反映が繰り返し失敗しました(行の誤りではありません)。タスクは failed になり、以降の行は反映していません。ハブの運用者がログで原因を確認した後、再送してください。"
            / "Applying the rows failed for good, by no fault of theirs. The task has failed and later rows are not applied. Send the file again when the hub's operator has found the cause in the log.";
    EarlierRowsFailed "PMH-R274" 422 "Not applied after a failure"
        clerk "同じファイルの前の部分で問題が起きたため、この行は登録されていません。"
            / "An earlier part of the same file failed, so this row is not registered."
        vendor "同じタスクの先の行が PMH-R272 または PMH-R273 で失敗したため、この行は反映していません。再送してください。"
            / "Earlier rows of this task failed with PMH-R272 or PMH-R273, so this one was not applied. Send it again.";
    TooManyRowsWait "PMH-R275" 503 "Too many rows wait"
        clerk "先に送ったファイルの処理が終わっていません。しばらくしてから、もう一度送ってください。"
            / "Files that were sent before are not processed yet. Send this one again in a while."
        vendor "この自治体の反映待ちの行が上限に達しています。本文は読んでいません。Retry-After の後に再送してください。"
            / "The rows of this municipality that wait have reached their bound. The body was not read. Send again after Retry-After.";
    RowCancelled "PMH-R276" 422 "Cancelled before it was applied"
        clerk "取消しにより、この行は登録されていません。"
            / "This row is not registered because its file was cancelled."
        vendor "タスクが取り消された時点で反映待ちだった行です。反映済みの行は取り消されていません。"
            / "The row waited when its task was cancelled. Rows applied before stay.";

        }
    };
}

pub(super) use tasks;
