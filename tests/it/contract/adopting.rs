//! Stamps: written into what was there before us, and taken off what is none of ours any more.

use super::*;

pub async fn linking_writes_nothing(subject: Subject) {
    let id = subject.user("link", Vec::new()).await;
    let before = subject.read(Kind::User, &id).await;
    for op in [Op::Link, Op::Unlink] {
        assert_eq!(subject.change(op, Kind::User, &id, Vec::new()).await, Ok(id.clone()));
    }
    assert_eq!(subject.read(Kind::User, &id).await, before);
}

pub async fn a_stamp_is_taken_off_and_written_again(subject: Subject) {
    for kind in Kind::ALL.into_iter().filter(|kind| subject.has(*kind)) {
        let name = format!("a{kind}");
        let id = subject.make(kind, &name, Vec::new()).await;
        let before = subject.read(kind, &id).await;
        let ours = text(subject.key(&name).as_str());
        for (op, old, new, stamp) in
            [(Op::Unlink, &ours[..], &[][..], None), (Op::Link, &[], &ours, before.stamp.clone())]
        {
            for _ in 0..2 {
                let changes = vec![change(aspect::STAMP, old, new)];
                assert_eq!(subject.change(op, kind, &id, changes).await, Ok(id.clone()), "{op} {kind}");
                assert_eq!(subject.read(kind, &id).await.stamp, stamp, "{op} {kind}");
            }
        }
        // a directory counts its writes in attributes of the object
        let plain = |object: Observed| Observed { attributes: BTreeMap::new(), ..object };
        let named = |object: &Observed| object.attributes.get(&subject.text_of(kind).into()).cloned();
        let now = subject.read(kind, &id).await;
        assert_eq!((named(&now), plain(now)), (named(&before), plain(before)), "nothing else of it changed");
    }
}

pub async fn what_bears_no_stamp_is_seen_all_the_same(subject: Subject) {
    let id = subject.user("bare", Vec::new()).await;
    let ours = text(subject.key("bare").as_str());
    subject.change(Op::Unlink, Kind::User, &id, vec![change(aspect::STAMP, &ours, &[])]).await.unwrap();
    let mut seen = Vec::new();
    let mut see = |one| match one {
        Seen::Object(object, _) if object.id == id => seen.push(object.stamp),
        _ => {}
    };
    subject.target.observe(&subject.request(), &mut see).await.unwrap();
    assert_eq!(seen, [None]);
}
