//! K: the life of keys, at the hub's admin door.

macro_rules! keys {
    ([$next:ident $($rest:ident)*] $($before:tt)*) => {
        $next! { [$($rest)*] $($before)*
    UnknownKey "PMH-K404" 404 "No such key"
        clerk "指定された鍵がありません。領域と版を確認してください。"
            / "There is no such key. Check partition, area and version."
        vendor "この自治体コード・領域・版の鍵がありません。keys list で確認してください。領域 identity は自治体にだけあります。"
            / "There is no key of this partition, area and version; see keys list. Only municipalities have an identity area.";
    RotationUnderWay "PMH-K401" 409 "A rotation is under way"
        clerk "前の鍵の切替がまだ終わっていません。しばらく待ってください。"
            / "The last change of keys has not ended yet. Please wait."
        vendor "追加された版がまだ主になっていません。稼働中のすべてのプロセスが読み込むと自動で主になります。"
            / "A version that was added is not primary yet. It becomes so when every live process has loaded it.";
    KeyInUse "PMH-K402" 409 "The key is in use"
        clerk "この鍵は使用中のため、この操作はできません。"
            / "This key is in use, so this cannot be done."
        vendor "主の版と追加されたばかりの版は無効化できません。無効化は、残り 0 行で、全プロセスが切替を読み込んだ旧版に限ります。"
            / "Only an older version with 0 rows left can be disabled, after every live process has loaded the promotion.";
    KeyRowsLeft "PMH-K403" 409 "Rows are left under the key"
        clerk "この鍵で保護されたデータが残っています。"
            / "There is still data under this key."
        vendor "残り行数は keys list に出ます。再暗号化が終わるのを待つか、自治体の領域を先に消去してください。データベース自身も破棄を拒みます。"
            / "See keys list for the rows left. Wait for re-sealing, or have the partition erased first. The database itself refuses, too.";
    KeyNotDisabled "PMH-K405" 409 "The key is not disabled"
        clerk "先に鍵を無効化してください。" / "Disable the key first."
        vendor "破棄できるのは、無効化を全プロセスが読み込んだ版だけです。"
            / "Only a disabled version can be destroyed, after every live process has loaded that it is disabled.";
    MasterKeyElsewhere "PMH-K406" 409 "The master key is kept elsewhere"
        clerk "マスター鍵は環境変数で渡されているため、ここでは変更できません。"
            / "The master key comes from the environment and cannot be changed here."
        vendor "PMH_MASTER_KEY_HUB が設定されています。マスター鍵の変更と暗号学的消去には、鍵ファイルでの運用が必要です。"
            / "PMH_MASTER_KEY_HUB is set. Rotating the master key, and shredding, need the key in its file.";
        }
    };
}

pub(super) use keys;
