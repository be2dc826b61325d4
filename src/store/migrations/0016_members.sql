-- Whom rosterd itself put into a group, where only these are taken out again. Both are the target's own ids.
CREATE TABLE added_member (
    target TEXT NOT NULL,
    grp TEXT NOT NULL,
    member TEXT NOT NULL,
    PRIMARY KEY (target, grp, member)
) STRICT, WITHOUT ROWID;
