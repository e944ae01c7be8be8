//! Code, status, title, and the texts in Japanese and English of every error.

use super::Entry;

catalogue! {
    // A: access.
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

    // R0: a registration file as a whole.
    MalformedJson "PMH-R001" 400 "Malformed JSON"
        clerk "ファイルが途中で切れているか、壊れています。もう一度出力して送信してください。"
            / "The file is cut off or damaged. Export and send it again."
        vendor "JSON として読み取れません。示した行と桁で構文が誤っています。末尾のカンマ、閉じ括弧、途中切れを確認してください。"
            / "Not JSON: the syntax breaks at the line and column given. Look for a trailing comma, a missing bracket or a truncated body.";
    NotAnArray "PMH-R002" 400 "Not an array of records"
        clerk "ファイルの形式が違います。システムの担当者に連絡してください。"
            / "The file has the wrong format. Please tell your system administrator."
        vendor "本文の最上位は対象者レコードの配列 [ … ] でなければなりません。1 件でも配列にしてください。"
            / "The top level of the body is an array [ … ] of records, even for a single one.";
    EmptyFile "PMH-R003" 400 "Empty file"
        clerk "ファイルが空です。出力し直してから送信してください。"
            / "The file is empty. Export it again before sending."
        vendor "本文が 0 バイトか、空白・改行・BOM だけです。対象者がいない場合は [] または見出し行だけを送ってください。"
            / "The body has no bytes, or only white space, line ends or a BOM. To send no records, send [] or the header row alone.";
    HeaderMissing "PMH-R004" 400 "Header row missing"
        clerk "1 行目に見出しがありません。見出し行のあるファイルを送ってください。"
            / "The first line holds no headings. Send the file with its header row."
        vendor "CSV の 1 行目に既知の列名がひとつもありません。日本語の見出しか、公表された項目名(英語)を使ってください。"
            / "No cell of the first CSV row is a known column. Use the Japanese headings or the published member names.";
    UnknownColumn "PMH-R005" 400 "Unknown column"
        clerk "見出し行に登録できない列があります。列番号を確認し、余分な列を除いてください。"
            / "The header row has a column that cannot be registered. See the column number and remove what is not needed."
        vendor "CSV の見出しに未知の列名があります。綴り、全角・半角、前後の空白を確認してください。入れ子の列は「自己負担上限.」「券面.」で始めます。独自の列名は設定の対応表で読み替えられます。"
            / "The CSV header names an unknown column. Check spelling, width and surrounding spaces. Nested columns begin with 自己負担上限. or 券面. (maxCopaymentAmount. or certificationDetail.). Headings of your own can be mapped in the configuration.";
    ColumnMissing "PMH-R006" 400 "Required column missing"
        clerk "必要な列がファイルにありません。示された項目の列を加えてください。"
            / "The file lacks a required column. Add the column of the item given."
        vendor "CSV の見出しに必須の列がありません。field にその項目名を示しています。"
            / "A required column is not in the CSV header; field names it.";
    DuplicateColumn "PMH-R007" 400 "Duplicate column"
        clerk "同じ見出しの列が 2 つあります。どちらか一方にしてください。"
            / "Two columns have the same heading. Keep one of them."
        vendor "CSV の見出しに同じ項目が 2 回あります。日本語の見出しと英語の項目名の併記も重複です。"
            / "A member stands twice in the CSV header. Its Japanese heading and its English name count as the same.";
    UnknownEncoding "PMH-R008" 415 "Unknown character encoding"
        clerk "文字コードの指定が正しくありません。UTF-8 または Shift_JIS を選んでください。"
            / "The character encoding named is not known. Choose UTF-8 or Shift_JIS."
        vendor "charset は utf-8、utf-8-bom、shift_jis(CP932)のいずれかです。"
            / "charset is one of utf-8, utf-8-bom, shift_jis (CP932).";
    LineTooLong "PMH-R009" 400 "Line or record too long"
        clerk "1 件のデータが長すぎます。引用符(\")の閉じ忘れがないか確認してください。"
            / "One record is too long. Look for a quotation mark that is not closed."
        vendor "1 レコードの上限は 64 KiB です。閉じられていない引用符や、改行のないファイルでも起こります。"
            / "A record has at most 64 KiB. An unclosed quotation mark or a file without line ends gets you here too.";
    NotDecodable "PMH-R010" 400 "Character encoding not recognised"
        clerk "ファイルの文字コードを判別できません。UTF-8 または Shift_JIS で保存し直してください。"
            / "The character encoding of the file is not recognised. Save it again as UTF-8 or Shift_JIS."
        vendor "見出し行または本文が UTF-8 でも CP932 でもないか、指定した charset と一致しません。JSON は UTF-8 だけです。UTF-16(「Unicode テキスト」)は受け付けません。"
            / "The bytes are neither UTF-8 nor CP932, or not what charset says. JSON is UTF-8 only. UTF-16 (\"Unicode text\") is not accepted.";
    UnclosedQuote "PMH-R011" 400 "Unclosed quotation mark"
        clerk "ファイルが途中で切れているようです。もう一度出力して送信してください。"
            / "The file seems to be cut off. Export and send it again."
        vendor "引用符(\")で始まった値が閉じられないまま CSV が終わりました。line はそのレコードの始まりです。"
            / "The CSV ends inside a quoted field. line is where that record begins.";
    TooManyColumns "PMH-R012" 400 "Too many columns"
        clerk "列が多すぎます。見出し行を確認してください。"
            / "There are too many columns. Check the header row."
        vendor "CSV の列は 256 までです。" / "A CSV file has at most 256 columns.";

    // R1: shape of a record.
    WrongType "PMH-R101" 422 "Wrong type"
        clerk "項目の形式が違います。システムの担当者に連絡してください。"
            / "An item has the wrong kind of value. Please tell your system administrator."
        vendor "JSON の型が違います(文字列・数値・オブジェクト・配列)。必須項目に null は使えません。"
            / "The JSON type is wrong (string, number, object or array). A required member is never null.";
    MemberMissing "PMH-R102" 422 "Required item missing"
        clerk "必要な項目がありません。示された項目を入力してください。"
            / "A required item is missing. Fill in the item given."
        vendor "必須の項目がレコードにありません。field にその項目名を示しています。"
            / "A required member is not in the record; field names it.";
    UnknownMember "PMH-R103" 422 "Unknown item"
        clerk "登録できない項目が含まれています。システムの担当者に連絡してください。"
            / "The record has an item that cannot be registered. Please tell your system administrator."
        vendor "公表された項目にない名前です。綴りと大文字・小文字を確認してください。英字の名前であれば field に示します。"
            / "The member is not one of the published ones. Check spelling and case; field names it if it consists of letters.";
    DuplicateMember "PMH-R104" 422 "Item given twice"
        clerk "同じ項目が 2 回あります。どちらが正しいか確認してください。"
            / "An item stands twice. Check which of the two is right."
        vendor "同じ名前の項目が 1 レコードに 2 回あります。CSV では、まとめた列と「.」の列の両方に値がある場合も含みます。"
            / "A member stands twice in one record. In CSV also when both the whole column and a dotted one hold a value.";
    TooLong "PMH-R105" 422 "Too long"
        clerk "文字数が多すぎます。示された項目を短くしてください。"
            / "The text is too long. Shorten the item given."
        vendor "最大文字数を超えています(バイト数ではなく文字数で数えます)。"
            / "More characters than allowed (characters are counted, not bytes).";
    Empty "PMH-R106" 422 "Empty"
        clerk "必要な項目が空です。示された項目を入力してください。"
            / "A required item is empty. Fill in the item given."
        vendor "必須の項目が空文字列か、空白だけです。" / "A required member is an empty string or only white space.";
    ControlCharacter "PMH-R107" 422 "Control character"
        clerk "改行やタブなど、使えない文字が含まれています。示された項目を入力し直してください。"
            / "The item holds a line end, a tab or another character that cannot be used. Enter it again."
        vendor "値に制御文字(U+0001–U+001F、U+007F–U+009F)があります。改行も使えません。"
            / "The value holds a control character (U+0001–U+001F, U+007F–U+009F). Line ends are among them.";
    NulCharacter "PMH-R108" 422 "Character U+0000"
        clerk "使えない文字が含まれています。システムの担当者に連絡してください。"
            / "The item holds a character that cannot be used. Please tell your system administrator."
        vendor "値に U+0000(NUL)があります。固定長項目の埋め字が残っていないか確認してください。"
            / "The value holds U+0000 (NUL). Look for the padding of a fixed-length field.";
    UndecodableBytes "PMH-R109" 422 "Bytes that are no text"
        clerk "文字として読めない部分があります。示された行と列を確認してください。"
            / "Part of the line cannot be read as text. See the line and column given."
        vendor "この列のバイト列は、ファイルの文字コードとして正しくありません。途中で切れた 2 バイト文字や文字コードの混在を確認してください。"
            / "The bytes of this column are not valid in the file's encoding. Look for a double-byte character cut in half, or mixed encodings.";
    Gaiji "PMH-R110" 422 "Private-use character (gaiji)"
        clerk "外字が含まれています。示された項目を、標準の文字に置き換えてください。"
            / "The item holds a private-use character (gaiji). Replace it by a standard one."
        vendor "私用領域の文字(U+E000–F8FF ほか、CP932 の F040–F9FC)です。黙って置き換えることはしません。文字情報基盤の文字などに変換してから送ってください。"
            / "A character of a private-use area (U+E000–F8FF and others, CP932 F040–F9FC). It is never replaced silently; convert it before sending.";
    ColumnCount "PMH-R111" 422 "Wrong number of columns"
        clerk "この行の列の数が見出しと違います。カンマや引用符の過不足を確認してください。"
            / "This line has more or fewer columns than the header. Look for a missing or extra comma or quotation mark."
        vendor "列数が見出し行と一致しません。値の中のカンマは引用符で囲んでください。"
            / "The number of columns differs from the header row. Quote values that hold a comma.";
    NotAnObject "PMH-R112" 422 "Not a record"
        clerk "この 1 件はデータの形式が違います。システムの担当者に連絡してください。"
            / "This record has the wrong format. Please tell your system administrator."
        vendor "配列の要素、または basicFiveInfo がオブジェクト { … } ではありません。"
            / "An element of the array, or basicFiveInfo, is not an object { … }.";
    NestedTooDeep "PMH-R113" 422 "Nested too deep"
        clerk "データの構造が複雑すぎます。システムの担当者に連絡してください。"
            / "The structure of the data is too complex. Please tell your system administrator."
        vendor "入れ子は 32 段までです。" / "Values nest at most 32 deep.";
    WrongCharacters "PMH-R114" 422 "Characters that are not allowed here"
        clerk "使えない文字があります。半角の英数字で入力してください。"
            / "The item holds a character that is not allowed. Use half-width letters and digits."
        vendor "半角英数字(ほかに '-' と '_')だけの項目です。全角文字や空白を確認してください。"
            / "The member takes half-width letters and digits (and '-' and '_') only. Look for full-width characters and spaces.";
    BrokenText "PMH-R115" 422 "Broken escape or number"
        clerk "文字または数値の表記が壊れています。システムの担当者に連絡してください。"
            / "A text or a number is damaged. Please tell your system administrator."
        vendor "対になっていないサロゲート(\\ud800 など)か、扱えない大きさの数値があります。"
            / "There is a lone surrogate (such as \\ud800) or a number out of range.";

    // R2: meaning of a record.
    IndividualNumberLength "PMH-R201" 422 "Individual Number not 12 digits"
        clerk "個人番号の桁数が違います。12 桁で入力してください。"
            / "The Individual Number has the wrong length. Enter its 12 digits."
        vendor "myNumber はちょうど 12 桁です。先頭の 0 が落ちていないか確認してください。"
            / "myNumber has exactly 12 digits. Check whether leading zeros were lost.";
    IndividualNumberCharacters "PMH-R202" 422 "Individual Number not digits"
        clerk "個人番号に数字以外が含まれています。半角の数字で入力してください。"
            / "The Individual Number holds something other than digits. Use half-width digits."
        vendor "myNumber は半角数字だけです。全角数字、空白、ハイフンを確認してください。"
            / "myNumber takes half-width digits only. Look for full-width digits, spaces and hyphens.";
    LooksReal "PMH-R203" 422 "Looks like a real Individual Number"
        clerk "実在する個人番号の可能性があるため、受け付けませんでした。テスト用の番号を使ってください。"
            / "This may be a living person's Individual Number, so it was refused. Use a test number."
        vendor "検査用数字が正しい番号です。ここはシミュレーターなので、実在しうる番号は既定で拒否します。検査用数字を誤らせた番号を使うか、承知の上で --accept-real-looking を指定してください。"
            / "The check digit is valid. This is a simulator, so numbers that somebody may have are refused by default. Use numbers with a wrong check digit, or start with --accept-real-looking if you know what you do.";
    /// A warning only.
    LooksRealAccepted "PMH-R204" 422 "Looks like a real Individual Number (accepted)"
        clerk "実在する個人番号の可能性があります。テスト用の番号か確認してください。"
            / "This may be a living person's Individual Number. Make sure that it is a test number."
        vendor "検査用数字が正しい番号を --accept-real-looking により受け付けました。実データを送っていないか確認してください。"
            / "The check digit is valid; accepted because of --accept-real-looking. Make sure that you send no real data.";
    DateForm "PMH-R211" 422 "Not a date of the form YYYY-MM-DD"
        clerk "日付の書き方が違います。2025-04-01 のように入力してください。"
            / "The date is written wrongly. Write it like 2025-04-01."
        vendor "日付は YYYY-MM-DD(半角、ゼロ埋め)です。和暦、スラッシュ、時刻付きは使えません。"
            / "Dates are YYYY-MM-DD, half-width and zero-padded: no Japanese era, no slashes, no time.";
    NoSuchDate "PMH-R212" 422 "No such date"
        clerk "存在しない日付です。正しい日付を入力してください。"
            / "There is no such day. Enter the right date."
        vendor "形式は正しいものの、暦にない日付です(2025-02-29 など)。"
            / "The form is right, but the calendar has no such day (such as 2025-02-29).";
    ValidityBackwards "PMH-R213" 422 "Validity ends before it begins"
        clerk "有効期間の終わりが始まりより前です。日付を確認してください。"
            / "The validity ends before it begins. Check both dates."
        vendor "validTo が validFrom より前です。同じ日は有効です。" / "validTo is before validFrom. The same day is fine.";
    MunicipalityCodeForm "PMH-R221" 422 "Not a municipality code"
        clerk "自治体コードが正しくありません。6 桁のコードを確認してください。"
            / "The municipality code is wrong. Check its six digits."
        vendor "全国地方公共団体コードは検査数字を含む 6 桁です。" / "A municipality code has six digits, the last of which is a check digit.";
    OtherMunicipality "PMH-R222" 422 "Another municipality's record"
        clerk "他の自治体のデータです。自分の自治体のデータだけを登録できます。"
            / "This record belongs to another municipality. You can register your own only."
        vendor "municipalityCode が、接続に使った証明書の自治体と一致しません。" / "municipalityCode is not the municipality of the certificate that you connected with.";
    SexUnknown "PMH-R231" 422 "Unknown sex code"
        clerk "性別の値が正しくありません。1(男)、2(女)、3(その他)のいずれかにしてください。"
            / "The value of sex is wrong. Use 1 (male), 2 (female) or 3 (other)."
        vendor "basicFiveInfo.sex は文字列 \"1\"、\"2\"、\"3\" です。" / "basicFiveInfo.sex is one of the strings \"1\", \"2\", \"3\".";
    NotBoolean "PMH-R232" 422 "Not a boolean"
        clerk "「はい・いいえ」の項目の値が正しくありません。1(はい)か 0(いいえ)にしてください。"
            / "A yes-or-no item has a wrong value. Use 1 (yes) or 0 (no)."
        vendor "JSON では真偽値 true / false です(文字列の \"true\" や数値の 1 は不可)。CSV では true、false、1、0 です。"
            / "In JSON the booleans true and false (not the string \"true\" and not 1); in CSV true, false, 1 or 0.";
    AlwaysReimbursementUnknown "PMH-R233" 422 "isAlwaysReimbursement is neither \"0\" nor \"1\""
        clerk "「常に償還払い」の値が正しくありません。1(常に償還払い)か 0 にしてください。"
            / "The value of \"always by reimbursement\" is wrong. Use 1 (always) or 0."
        vendor "isAlwaysReimbursement は文字列 \"0\" または \"1\" です(真偽値ではありません)。"
            / "isAlwaysReimbursement is the string \"0\" or \"1\" (not a boolean).";
    PayerNumberForm "PMH-R241" 422 "Payer number not 8 digits"
        clerk "公費負担者番号が正しくありません。8 桁の半角数字で入力してください。"
            / "The payer number is wrong. Enter its 8 half-width digits."
        vendor "medicalSubsidyInsurerNumber はちょうど 8 桁の半角数字です。" / "medicalSubsidyInsurerNumber is exactly 8 half-width digits.";
    PayerNumberCheckDigit "PMH-R242" 422 "Check digit of the payer number"
        clerk "公費負担者番号に入力誤りがあるようです。番号を確認してください。"
            / "The payer number seems to be mistyped. Check it."
        vendor "検証番号が一致しません(厳格モード)。地方単独事業の番号は規則に従わないことがあります。"
            / "The check digit does not match (strict mode). Numbers of local schemes may not follow the rule.";
    RecipientNumberForm "PMH-R243" 422 "Recipient number of wrong form"
        clerk "公費受給者番号が正しくありません。桁数と文字を確認してください。"
            / "The recipient number is wrong. Check its length and characters."
        vendor "medicalSubsidyRecipientNumber は 30 文字までの半角英数字とハイフンです。厳格モードでは検証番号を含む 7 桁だけを受け付けます。"
            / "medicalSubsidyRecipientNumber has at most 30 half-width letters, digits or hyphens; in strict mode exactly 7 digits with a check digit.";
    RecipientNumberCheckDigit "PMH-R244" 422 "Check digit of the recipient number"
        clerk "公費受給者番号に入力誤りがあるようです。番号を確認してください。"
            / "The recipient number seems to be mistyped. Check it."
        vendor "検証番号が一致しません(厳格モード)。地方単独事業の番号は規則に従わないことがあります。"
            / "The check digit does not match (strict mode). Numbers of local schemes may not follow the rule.";
    InstitutionCodeForm "PMH-R245" 422 "Institution code not 10 digits"
        clerk "医療機関コードが正しくありません。10 桁の半角数字で入力してください。"
            / "An institution code is wrong. Enter its 10 half-width digits."
        vendor "institutionCodes の各要素は 10 桁の半角数字です(都道府県 2、点数表 1、医療機関等 7)。"
            / "Each of institutionCodes is 10 half-width digits (prefecture 2, fee table 1, institution 7).";
    InstitutionCodeCheckDigit "PMH-R246" 422 "Check digit of an institution code"
        clerk "医療機関コードに入力誤りがあるようです。番号を確認してください。"
            / "An institution code seems to be mistyped. Check it."
        vendor "検証番号が一致しません(厳格モード)。" / "The check digit does not match (strict mode).";
    NothingToDelete "PMH-R251" 422 "Nothing to delete"
        clerk "削除の対象となる資格が、この自治体には登録されていません。"
            / "There is no such certificate of this municipality to delete."
        vendor "削除レコードは、登録済みの資格と同じ個人番号・受給者証種別・履歴キーでなければなりません。"
            / "A deletion record must name the number, certificate type and historyKey of a registered certificate.";
    TooManyCertificates "PMH-R252" 422 "Too many certificates of one person"
        clerk "一人に登録できる受給者証の数を超えています。履歴キーを確認してください。"
            / "This person has more certificates than can be registered. Check the history key."
        vendor "同じ個人番号に登録できる受給者証(受給者証種別と履歴キーの組)は、削除済みを含めて 256 件までです。更新では履歴キーを変えないでください。"
            / "One number has at most 256 certificates (certificate type and historyKey), deleted ones included. An update keeps its historyKey.";
    TooManyItems "PMH-R247" 422 "Too many items in a list"
        clerk "医療機関の数が多すぎます。" / "Too many institutions are listed."
        vendor "institutionCodes は 100 件までです。" / "institutionCodes has at most 100 items.";
    DuplicateRow "PMH-R253" 422 "Row stands twice in one file"
        clerk "同じ人の同じ資格が、このファイルの前の行にもあります。どちらが正しいか確認してください。"
            / "The same certificate of the same person stands earlier in this file. Check which of the two is right."
        vendor "同じ個人番号・業務・受給者証種別・履歴キーの行が 1 ファイルに 2 回あります。先の行を登録し、この行は登録していません。"
            / "A row with this number, program, certificate type and historyKey stands earlier in the file. That one is taken, this one is not.";
    /// A warning only.
    OverlappingPeriods "PMH-R254" 422 "Periods of validity overlap"
        clerk "同じ資格の別の履歴と、有効期間が重なっています。日付を確認してください。"
            / "The validity overlaps with another generation of the same certificate. Check the dates."
        vendor "同じ業務・受給者証種別で履歴キーの異なる資格と、有効期間が重なります(強制失効日を考慮、削除済みを除く)。登録はされています。"
            / "The validity overlaps with a certificate of the same program and type and another historyKey (forced expiry considered, deleted ones left out). The record is registered.";
    /// A warning only.
    OutOfOrder "PMH-R255" 422 "Older generation after a newer one"
        clerk "より新しい期間の資格が、すでに登録されています。登録の順番を確認してください。"
            / "A newer generation of this certificate is registered already. Check the order of your files."
        vendor "有効期間の開始日がより後の履歴が、先に登録されています。登録はされています。過去の履歴の追加であれば問題ありません。"
            / "A generation with a later validFrom came before this one. The record is registered; that is fine if you add history.";
    /// A warning only.
    LateRetraction "PMH-R256" 422 "Late retraction"
        clerk "すでに有効だった資格を削除しました。その間に医療機関で使われた可能性があります。"
            / "A certificate that had been valid already was deleted. It may have been used at an institution meanwhile."
        vendor "削除の時点で、有効期間の開始日を過ぎていました。削除は行われています。途中で終わらせる場合は validTo または forcedExpiryDate を使ってください。"
            / "Its validity had begun before the deletion, which is done. To end a certificate early use validTo or forcedExpiryDate.";
    CopaymentMemberForm "PMH-R261" 422 "Copayment limit not readable"
        clerk "自己負担上限の値が正しくありません。金額や日数を確認してください。"
            / "A value of the copayment limit is wrong. Check the amounts and numbers of days."
        vendor "maxCopaymentAmount の項目の値を読み取れません(金額は 0 以上の整数の円、rateTenths は 0–10、日数は 1–31、フラグは真偽値)。同じ項目が 2 回ある場合も含みます。未知の名前の項目はそのまま保存します。"
            / "A member of maxCopaymentAmount cannot be read (amounts are whole yen, rateTenths 0 to 10, days 1 to 31, flags booleans), or stands twice. Members of unknown names are kept as they are.";
    /// A warning only.
    CopaymentContradiction "PMH-R262" 422 "Copayment limit contradicts itself"
        clerk "自己負担上限の内容に矛盾があります。種別と金額、日数の組合せを確認してください。"
            / "The copayment limit contradicts itself. Check kind, amounts and numbers of days together."
        vendor "kind に対応する金額がない、無料なのに金額がある、または 1 日・1 回の金額がないのに日数・回数があります。登録はされています。"
            / "kind lacks its amount, or says free beside an amount, or days or visits are limited without an amount for one. The record is registered.";
    DetailOrderForm "PMH-R263" 422 "Display order of an item not a whole number"
        clerk "券面項目の表示順が正しくありません。整数で入力してください。"
            / "The display order of an item on the certificate is wrong. Enter a whole number."
        vendor "certificationDetail の要素の displayOrder は JSON の整数で、1 要素に 1 つです。"
            / "displayOrder in an element of certificationDetail is a JSON whole number, once per element.";

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
