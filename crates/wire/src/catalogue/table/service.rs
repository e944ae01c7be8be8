//! D deletion and erasure, S service.

macro_rules! service {
    ([$next:ident $($rest:ident)*] $($before:tt)*) => {
        $next! { [$($rest)*] $($before)*
    // D: deletion and erasure.
    NothingToErase "PMH-D404" 404 "Nothing to erase"
        clerk "消去の対象となる人は、この自治体には登録されていません。"
            / "There is no such person of this municipality to erase."
        vendor "この個人番号の人は、この自治体の領域にいません。他の自治体に登録されていても同じ応答です。"
            / "Nobody with this number is in this municipality's partition. Somebody registered elsewhere gets the same answer.";
    SecondPersonNeeded "PMH-D403" 403 "A second person is needed"
        clerk "消去には二人が必要です。申請した人とは別の人が承認してください。"
            / "An erasure takes two people. Somebody other than who asked has to approve it."
        vendor "承認者の利用者 ID が申請者と同じです(大文字・小文字は区別しません)。"
            / "The approving user id is the requesting one (case does not matter).";
    NoDocumentedRequest "PMH-D405" 403 "No documented request of the municipality"
        clerk "自治体からの文書による依頼がないため、消去できません。"
            / "Without the municipality's documented request nothing can be erased."
        vendor "運用事業者が消去できるのは、自治体が登録した未処理の申請と文書番号が一致するときだけです。"
            / "The operator can erase only what a municipality has asked for and not yet carried out, under the document number that it gave.";
    ErasureNotPending "PMH-D409" 409 "Erasure not pending"
        clerk "この申請は、すでに処理されたか期限切れです。"
            / "This request was carried out already, or has lapsed."
        vendor "状態が requested の申請だけを承認できます。" / "Only an erasure whose status is requested can be approved.";
    ErasureWaits "PMH-D423" 409 "Rows wait to be applied"
        clerk "処理中のファイルがあります。終わってから、もう一度お試しください。"
            / "A file is still being processed. Try again when it is done."
        vendor "受付済みで未反映の行がこの自治体にあり、消去する人を含むかもしれません。タスクの完了を待ってください。"
            / "Accepted rows of this municipality are not applied yet and may hold the person. Wait for the tasks.";
    ResultsErased "PMH-D410" 410 "Results erased"
        clerk "このファイルの処理結果は、保存期間が過ぎたため消去されました。"
            / "The results of this file were erased after their retention period."
        vendor "完了したタスクの結果は一定期間後に自動消去されます。件数はタスクに残ります。"
            / "Results of finished tasks are erased after a period. The counts stay with the task.";

    // S: service.
    MalformedBody "PMH-S400" 400 "Malformed request body"
        clerk "送信内容を読み取れませんでした。システムの担当者に連絡してください。"
            / "The request could not be read. Please tell your system administrator."
        vendor "本文が正しい JSON でないか、項目の過不足または型の誤りがあります。line と column を参照してください。未知の項目は受け付けません。"
            / "The body is not valid JSON, or a member is missing, unknown or of the wrong type. See line and column. Unknown members are refused.";
    TimedOut "PMH-S408" 408 "Request timed out"
        clerk "時間内に送信が終わりませんでした。もう一度お試しください。"
            / "The request was not complete in time. Please try again."
        vendor "要求のヘッダーまたは本文が制限時間内に届かなかったか、処理が制限時間を超えました。"
            / "Headers or body did not arrive in time, or the work took longer than allowed.";
    BodyTooLarge "PMH-S413" 413 "Request body too large"
        clerk "データが大きすぎます。分けて送信してください。" / "The data is too large. Send it in parts."
        vendor "本文がこのパスの上限を超えています。" / "The body exceeds the limit of this path.";
    InvalidMember "PMH-S422" 422 "Invalid value"
        clerk "入力内容に誤りがあります。示された項目を確認してください。"
            / "Something entered is wrong. Check the item given."
        vendor "field に示した項目の値が、定められた形式ではありません。" / "The value of the member in field is not of the form required.";
    TooManyRequests "PMH-S429" 429 "Too many requests"
        clerk "混み合っています。しばらくしてから、もう一度お試しください。"
            / "There are too many requests. Try again in a while."
        vendor "要求の頻度または同時数の上限を超えました。Retry-After を守ってください。" / "Too many requests at once or per time. Honour Retry-After.";
    Internal "PMH-S500" 500 "Internal error"
        clerk "システムで問題が起きました。続く場合は、システムの担当者に連絡してください。"
            / "Something went wrong inside the system. If it goes on, tell your system administrator."
        vendor "サーバー内部の誤りです。詳細は応答に含めません。サーバーのログを確認してください。"
            / "An error inside the server. The answer carries no detail; see the server's log.";
    PeerFailed "PMH-S502" 502 "Another system answered wrongly"
        clerk "接続先のシステムで問題が起きました。しばらくしてから、もう一度お試しください。"
            / "A system behind this one failed. Try again in a while."
        vendor "接続先の応答が規定の形式ではないか、要求を拒否しました。" / "The system behind this one refused, or answered in a form that is not agreed.";
    Unavailable "PMH-S503" 503 "Temporarily unavailable"
        clerk "ただいま利用できません。しばらくしてから、もう一度お試しください。"
            / "The service is not available now. Try again in a while."
        vendor "一時的に処理できません(起動中、混雑、接続先の停止など)。Retry-After の後に再送してください。"
            / "Temporarily unable to serve (starting, busy, or a system behind is down). Send again after Retry-After.";
        }
    };
}

pub(super) use service;
