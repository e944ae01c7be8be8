//! N numbering and linking, E linkage keys at the hub, P portal, C confirmation, T terminal.

macro_rules! parties {
    ([$next:ident $($rest:ident)*] $($before:tt)*) => {
        $next! { [$($rest)*] $($before)*
    // N: numbering and linking.
    NumberingMismatch "PMH-N001" 422 "Basic five items do not match"
        clerk "氏名・カナ・住所・生年月日・性別のいずれかが、医療保険側の登録と一致しません。本人の登録内容を確認してください。"
            / "Name, kana, address, date of birth or sex differ from what the insurer has. Check the person's data."
        vendor "採番の誤りチェックで不一致となりました。どの項目かは通知されません。直して登録し直すと再度依頼します。"
            / "The check at numbering found a mismatch. Which item differs is never told. Registering the corrected record asks again.";
    NumberingNotFound "PMH-N002" 422 "Not known to the insurers"
        clerk "この個人番号は医療保険側に登録がありません。番号と加入状況を確認してください。"
            / "The insurers do not know this Individual Number. Check the number and the person's insurance."
        vendor "中間サーバーにこの個人番号がありません。シミュレーターでは、対象者を登録するか --auto-enrol を指定してください。"
            / "The intermediate server has no such Individual Number. In the simulator enrol the person first or use --auto-enrol.";
    TooManyPeople "PMH-N003" 422 "Too many people in one request"
        clerk "一度に依頼できる人数を超えています。システムの担当者に連絡してください。"
            / "Too many people in one request. Please tell your system administrator."
        vendor "1 要求の上限は 256 人です。" / "One request holds at most 256 people.";
    NumberNotEnrolled "PMH-N004" 404 "Number not known here"
        clerk "この個人番号の登録がありません。番号を確認してください。"
            / "There is nobody under this Individual Number. Please check it."
        vendor "中間サーバーにこの個人番号がないか、番号変更前の番号です。"
            / "The intermediate server knows nobody under this number, or it is a former one.";
    NumberTaken "PMH-N005" 409 "The number is another person's"
        clerk "この個人番号は別の人のものです。番号を確認してください。"
            / "This Individual Number is another person's. Please check it."
        vendor "新しい番号は別の人の番号か、過去に使われた番号です。同一人物と分かった場合は join を使います。"
            / "The new number is another person's or a former one. If both are one person, use join.";
    JoinedOtherwise "PMH-N006" 409 "Already joined otherwise"
        clerk "すでに別の人に統合されています。システムの担当者に連絡してください。"
            / "They are already joined to somebody else. Please tell your system administrator."
        vendor "統合される側がすでに別の人に統合されているか、残る側が統合済みであるか、同じ人を指しています。"
            / "The retired one is joined to somebody else already, or the surviving one is retired itself, or both are the same.";
    LinkedOtherwise "PMH-N009" 409 "Already linked otherwise"
        clerk "すでに別の番号と紐付いています。システムの担当者に連絡してください。"
            / "It is already linked to something else. Please tell your system administrator."
        vendor "この PMH-ID または紐付番号には、すでに別の相手が紐付いています。上書きはしません。"
            / "This PMH-ID or linking number is already linked to another one. Links are not overwritten.";

    // E: linkage keys at the hub.
    LinkageKeyMalformed "PMH-E401" 422 "Linkage key malformed"
        clerk "資格を確認できませんでした。もう一度カードを読み取ってください。"
            / "The qualification could not be confirmed. Read the card again."
        vendor "PMH連携キーの形式が正しくありません。" / "The linkage key is not of the right form.";
    UnknownEpoch "PMH-E402" 409 "Unknown epoch"
        clerk "資格を確認できませんでした。もう一度カードを読み取ってください。"
            / "The qualification could not be confirmed. Read the card again."
        vendor "PMH連携キーの世代が不明か、終了しています。新しい世代を開いてから作り直してください。"
            / "The epoch of the linkage key is unknown or closed. Open a new epoch and mint again.";
    LinkageKeyExpired "PMH-E403" 422 "Linkage key expired"
        clerk "時間がかかりすぎました。もう一度カードを読み取ってください。"
            / "It took too long. Read the card again."
        vendor "PMH連携キーの有効期間(60 秒)を過ぎています。照会のたびに作ってください。"
            / "The linkage key is older than its 60 seconds. Mint one per query.";
    LinkageKeyFromTheFuture "PMH-E404" 422 "Linkage key from the future"
        clerk "システムの時計がずれています。システムの担当者に連絡してください。"
            / "A system clock is off. Please tell your system administrator."
        vendor "PMH連携キーの作成時刻が 5 秒を超えて未来です。時計を確認してください。"
            / "The linkage key was minted more than 5 seconds in the future. Check the clocks.";
    LinkageKeyUsed "PMH-E405" 409 "Linkage key already used"
        clerk "資格を確認できませんでした。もう一度カードを読み取ってください。"
            / "The qualification could not be confirmed. Read the card again."
        vendor "PMH連携キーは一度しか使えません。再送には新しいキーを作ってください。"
            / "A linkage key works once. Mint a new one to ask again.";
    LinkageKeyDoesNotOpen "PMH-E406" 422 "Linkage key does not open"
        clerk "資格を確認できませんでした。もう一度カードを読み取ってください。"
            / "The qualification could not be confirmed. Read the card again."
        vendor "PMH連携キーを復号できません。医療機関コードと同意は作成時と同じでなければならず、改変されたキーも開きません。"
            / "The linkage key does not decrypt. Institution code and consents must be those it was minted for; an altered key does not open either.";
    ConsentMissing "PMH-E407" 422 "No consent to subsidies"
        clerk "患者の同意がないため、公費の資格は照会できません。"
            / "Without the patient's consent the subsidies cannot be looked up."
        vendor "consents.subsidies が false の照会は受け付けません。同意がない場合はキーを作らず、照会もしません。"
            / "A query with consents.subsidies false is not taken. Without consent mint no key and do not ask.";
    EpochKeyInvalid "PMH-E408" 422 "Public key not usable"
        clerk "暗号の準備に失敗しました。システムの担当者に連絡してください。"
            / "Setting up encryption failed. Please tell your system administrator."
        vendor "publicKey は X25519 公開鍵 32 バイトの base64url(パディングなし)です。無効な点は受け付けません。"
            / "publicKey is an X25519 public key: 32 bytes, base64url without padding. Unusable points are refused.";

    // P: portal.
    BoundOtherwise "PMH-P409" 409 "Already bound otherwise"
        clerk "すでに別の利用登録があります。窓口にお問い合わせください。"
            / "There is another registration already. Please ask at the counter."
        vendor "この PMH-ID または PMH仮名識別子は、すでに別の相手と結び付いています。" / "This PMH-ID or PMH pseudonym is already bound to another one.";
    NotBoundYet "PMH-P408" 409 "Not bound yet"
        clerk "医療費助成の情報との結び付けを準備しています。しばらくしてからもう一度お試しください。"
            / "The link to your subsidies is being prepared. Try again a little later."
        vendor "この利用者の PMH仮名識別子はまだ PMH に登録されていません。" / "The PMH pseudonym of this account is not bound at the hub yet.";
    UnknownPseudonym "PMH-P404" 404 "Unknown pseudonym"
        clerk "利用登録が見つかりません。もう一度サインインしてください。"
            / "There is no registration. Please sign in again."
        vendor "この PMH仮名識別子は登録されていません。先に bindings で登録してください。" / "This PMH pseudonym is not bound. Bind it first.";
    CardNotForLogin "PMH-P403" 403 "Card not valid for signing in"
        clerk "このカードではサインインできません。電子証明書の有効期限と、カードが停止中でないかを確認してください。"
            / "You cannot sign in with this card. Check whether its certificate has expired or the card is stopped."
        vendor "カードと暗証番号は一致しましたが、電子証明書が期限切れ(猶予期間を含む)か、カードが停止・紛失の状態です。"
            / "Card and PIN match, but the certificate has expired (also within the grace), or the card is stopped or lost.";
    UnknownPmhId "PMH-P405" 404 "Unknown PMH-ID"
        clerk "まだ準備ができていません。しばらくしてからお試しください。"
            / "This is not ready yet. Please try again later."
        vendor "この PMH-ID は採番されていないか、まだ届いていません。" / "This PMH-ID is not numbered, or has not arrived yet.";

    // C: confirmation.
    UnknownCard "PMH-C404" 404 "Unknown card"
        clerk "このカードは登録されていません。利用申込みが済んでいるか確認してください。"
            / "This card is not registered. Check whether its use was applied for."
        vendor "このシリアル番号は登録されていません。カードの更新で番号は変わります。" / "This serial number is not enrolled. It changes when the certificate is renewed.";
    CardStopped "PMH-C409" 409 "Card stopped"
        clerk "このカードは一時停止中か失効しています。ほかの方法で資格を確認してください。"
            / "This card is stopped or revoked. Confirm the qualification in another way."
        vendor "カードは停止状態です。シミュレーターでは card の操作で戻せます。" / "The card is stopped. In the simulator it can be made active again.";
    CardExpired "PMH-C410" 409 "Card expired"
        clerk "カードの電子証明書の有効期限が切れ、猶予期間も終わっています。ほかの方法で資格を確認してください。"
            / "The certificate on this card has expired and its grace is over. Confirm the qualification in another way."
        vendor "有効期限の月末から 3 か月の猶予期間を過ぎたカードです。猶予期間中は保険資格だけを回答します。"
            / "More than three months after the end of the month of expiry. During the grace only the insurance is answered.";
    CardReplaced "PMH-C411" 409 "Card replaced by another"
        clerk "このカードは更新済みです。新しいカードで操作してください。"
            / "This card was renewed. Use the new one."
        vendor "更新前のシリアル番号です。更新で失効したものは、再び有効にも更新もできません。"
            / "A serial number that ended with a renewal can neither be activated nor renewed again.";
    InstitutionMismatch "PMH-C403" 403 "Another institution's code"
        clerk "医療機関コードが、このシステムのものと違います。システムの担当者に連絡してください。"
            / "The institution code is not this system's. Please tell your system administrator."
        vendor "institutionCode が、クライアント証明書の医療機関と一致しません。" / "institutionCode is not the institution of the client certificate.";

    // T: terminal.
    InstitutionNotHere "PMH-T404" 404 "Institution not served here"
        clerk "この端末では、その医療機関を扱えません。設定を確認してください。"
            / "This terminal does not serve that institution. Check the settings."
        vendor "指定の institutionCode の証明書が、このプロセスにありません。" / "This process has no certificate for that institutionCode.";
    EligibilityUnreachable "PMH-T503" 503 "Eligibility system not reachable"
        clerk "オンライン資格確認に接続できません。しばらくしてから、もう一度お試しください。"
            / "Online eligibility verification cannot be reached. Try again in a while."
        vendor "オンライン資格確認等システムに接続できないか、時間内に応答がありません。Retry-After を参照してください。"
            / "The eligibility system cannot be reached or did not answer in time. See Retry-After.";

        }
    };
}

pub(super) use parties;
