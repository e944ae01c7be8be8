//! A: access.

macro_rules! access {
    ([$next:ident $($rest:ident)*] $($before:tt)*) => {
        $next! { [$($rest)*] $($before)*
    NotSignedIn "PMH-A401" 401 "Not signed in"
        clerk "サインインしていないか、有効期限が切れています。もう一度サインインしてください。"
            / "You are not signed in, or your session has ended. Please sign in again."
        vendor "Authorization: Bearer のトークンがないか、正しくないか、失効しています。"
            / "The bearer token is missing, wrong or expired.";
    SignInFailed "PMH-A402" 401 "Sign-in failed"
        clerk "カードまたは暗証番号を確認できませんでした。入力内容を確かめて、もう一度お試しください。"
            / "The card or the PIN could not be confirmed. Check both and try again."
        vendor "カードと暗証番号の組が一致しません。どちらが誤りかは応答では区別しません。"
            / "Card and PIN do not match. The answer deliberately does not tell which of them is wrong.";
    WrongPeer "PMH-A403" 403 "This peer may not use this door"
        clerk "このシステムからは、この窓口を利用できません。システムの担当者に連絡してください。"
            / "This system may not use this service. Please tell your system administrator."
        vendor "クライアント証明書は有効ですが、SAN が示す相手はこの接続口を利用できません。接続口(ポート)と証明書の組合せを確認してください。"
            / "The client certificate is valid, but the peer that its SAN names has no business at this door. Check the port and which certificate you present.";
    NotFound "PMH-A404" 404 "Not found"
        clerk "指定されたものが見つかりません。番号や宛先を確認してください。"
            / "There is nothing under this number or address. Please check it."
        vendor "このパスまたは識別子は存在しません。他者の識別子も同じ応答になります。パスは接続口ごとに異なります。"
            / "No such path or identifier. Somebody else's identifier gets the same answer. Each door has its own paths.";
    MethodNotAllowed "PMH-A405" 405 "Method not allowed"
        clerk "この操作は受け付けられません。システムの担当者に連絡してください。"
            / "This operation is not possible here. Please tell your system administrator."
        vendor "このパスはその HTTP メソッドを受け付けません。応答の Allow ヘッダーを確認してください。"
            / "The path does not take this HTTP method. See the Allow header of the answer.";
    ForeignOrigin "PMH-A406" 403 "Foreign origin"
        clerk "この画面からの操作は受け付けられません。正しいアドレスで画面を開き直してください。"
            / "This page may not do that. Open the page again at its proper address."
        vendor "Host または Origin ヘッダーがこの接続口のものではありません(DNS リバインディング対策)。localhost またはループバックアドレスで接続してください。"
            / "The Host or Origin header is not this door's (protection against DNS rebinding). Connect by localhost or a loopback address.";
    UnsupportedMediaType "PMH-A415" 415 "Unsupported media type"
        clerk "送られたデータの種類を受け付けられません。システムの担当者に連絡してください。"
            / "Data of this kind is not accepted here. Please tell your system administrator."
        vendor "Content-Type を確認してください。JSON は application/json、CSV は text/csv です。"
            / "Check the Content-Type: application/json for JSON, text/csv for CSV.";
    UserSignInFailed "PMH-A407" 401 "User sign-in failed"
        clerk "サインインできませんでした。機関マスタID、ユーザーID、パスワードを確かめて、もう一度お試しください。"
            / "You could not be signed in. Check organisation, user id and password, and try again."
        vendor "機関マスタID・機関ユーザーID・パスワードの組が一致しません。未承認・失効の ID も同じ応答です。"
            / "Institution master id, user id and password do not match. An id that is not approved or has ended gets the same answer.";
    AccountLocked "PMH-A408" 403 "Account locked"
        clerk "パスワードの誤りが続いたため、ID がロックされています。管理者に初期パスワードの再発行を依頼してください。"
            / "Your id is locked after several wrong passwords. Ask your administrator for a new first password."
        vendor "連続した誤りの上限に達しました。時間の経過では解除されません。管理者の再発行だけが解除します。"
            / "The limit of wrong passwords in a row was reached. Time does not unlock it, only a new first password does.";
    FirstPasswordUnchanged "PMH-A409" 403 "First password must be changed"
        clerk "初期パスワードのままでは利用できません。新しいパスワードに変更してください。"
            / "The first password only serves to choose your own. Please change it."
        vendor "初期パスワードではセッションを開けません。POST /auth/v1/password で変更してください。"
            / "A first password opens no session. Change it by POST /auth/v1/password.";
    PasswordExpired "PMH-A410" 403 "Password expired"
        clerk "パスワードの有効期限が切れています。新しいパスワードに変更してください。"
            / "Your password has expired. Please choose a new one."
        vendor "有効期限(仮想時計)を過ぎています。POST /auth/v1/password で変更してください。"
            / "The password is past its days on the virtual clock. Change it by POST /auth/v1/password.";
    RightMissing "PMH-A411" 403 "No right for this"
        clerk "この操作の権限がありません。必要な場合は管理者に申請してください。"
            / "You have no right for this. Apply to your administrator if you need it."
        vendor "ユーザーの権限にこの操作が含まれていません。管理表(access-table)で確認できます。"
            / "The user's rights do not include this operation. The access table shows them.";
    OtherTerminal "PMH-A412" 403 "Not from this terminal"
        clerk "この端末からは操作できません。登録された端末を使ってください。"
            / "This cannot be done from this terminal. Use a terminal that is registered for it."
        vendor "証明書の名前が示す端末(自治体コードの後の「.」以降、なければ main)が、このユーザーに登録されていません。"
            / "The terminal in the certificate's name (after the full stop behind the municipality code, else main) is not registered for this user.";
    OwnDecision "PMH-A413" 403 "Another person must decide"
        clerk "自分の申請や自分の ID について、自分で承認・変更することはできません。別の管理者に依頼してください。"
            / "You cannot decide on your own application or your own id. Ask another administrator."
        vendor "承認・変更・再発行は、申請者とも対象者とも異なるユーザーだけができます。"
            / "Only a user who is neither the applicant nor the subject may approve, change or issue.";
    PasswordRefused "PMH-A414" 422 "Password not acceptable"
        clerk "このパスワードは使えません。12 文字以上で、ID を含まない、前と異なるものにしてください。"
            / "This password cannot be used. Take at least 12 characters, without your id, and not the one before."
        vendor "12～128 文字、6 種類以上の文字、制御文字なし、ユーザーIDを含まず、現在のものと異なること(いずれも仮定)。"
            / "12 to 128 characters, at least 6 different ones, no control characters, not holding the user id, not the current one (all assumed).";
    NotPersonal "PMH-A416" 422 "Not one person's account"
        clerk "ID は個人ごとに発行します。1 人の氏名とその人のメールアドレスを入力してください。"
            / "Ids are issued to one person each. Give the name of one person and that person's mail address."
        vendor "共用IDは発行しません。氏名が空、複数名、部署名であるか、メールアドレスが不正または他の ID で使用中です。"
            / "Shared ids are not issued. The name is empty, several people's or an office's, or the mail address is malformed or in use by another id.";
    UserIdTaken "PMH-A417" 409 "User id in use"
        clerk "このユーザーIDは使われています。別の ID にしてください。"
            / "This user id is taken. Choose another one."
        vendor "機関ユーザーIDは機関の中で一意です。失効した ID も再利用できません。"
            / "User ids are unique within an organisation. One that has ended is not given out again.";
    RightsBeyondRole "PMH-A418" 422 "Rights beyond the role"
        clerk "この区分のユーザーには付与できない権限が含まれています。"
            / "The application asks for rights that users of this kind cannot have."
        vendor "権限は区分ごとの表の範囲内でなければなりません。field が示す項目を確認してください。"
            / "Rights must lie within the table of the role. See the member that field names.";
    AccountNotInState "PMH-A419" 409 "Not possible in this state of the account"
        clerk "この ID の現在の状態では、この操作はできません。一覧で状態を確認してください。"
            / "This is not possible in the present state of the id. Look it up in the list."
        vendor "申請→承認→初期パスワード→有効→ロック→失効 の順序に合いません。"
            / "It does not fit the order applied, approved, first password, active, locked, ended.";
    CertificateRevoked "PMH-A420" 403 "Client certificate revoked"
        clerk "このシステムの接続用の証明書は失効しています。システムの担当者に連絡してください。"
            / "The certificate with which this system connects has been revoked. Please tell your system administrator."
        vendor "この接続を開いたクライアント証明書は失効リスト(ca.crl)にあります。接続は閉じられます。新しい証明書で接続し直してください。新しい接続では TLS の警告 certificate_revoked になります。"
            / "The client certificate that opened this connection is on the list of revoked ones (ca.crl). The connection is closed; connect anew with another certificate. A new connection with this one ends in the TLS alert certificate_revoked.";
    NotInCharge "PMH-A421" 422 "Program not in your charge"
        clerk "担当していない事務のデータは登録できません。"
            / "You cannot register data of a program that you are not in charge of."
        vendor "レコードの自治体業務IDが、ユーザーの担当事務に含まれていません。"
            / "The program of the record is not among those that the user is in charge of.";
    DeletionRightMissing "PMH-A422" 422 "No right to delete"
        clerk "削除の権限がありません。必要な場合は管理者に申請してください。"
            / "You have no right to delete. Apply to your administrator if you need it."
        vendor "isDeleted が true のレコードには delete の権限が必要です。"
            / "A record with isDeleted true needs the right delete.";
    SignedInPersonActs "PMH-A423" 422 "The signed-in user is the person"
        clerk "担当者名の入力は不要です。サインインしている本人の操作として記録されます。"
            / "Name nobody here: the act is recorded as that of whoever is signed in."
        vendor "利用者認証が有効な環境では requestedBy・approvedBy を送れません。サインイン中の利用者がその人になります。"
            / "Where users sign in, requestedBy and approvedBy are not taken: the signed-in user is that person.";

        }
    };
}

pub(super) use access;
