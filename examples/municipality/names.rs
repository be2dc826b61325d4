//! Pools of Danish given names and surnames, and a way to draw full names that nobody has yet.
//!
//! Equal names are wanted in the sample, but only where `cases` makes them on purpose.

use std::collections::BTreeSet;

use crate::random::Random;

const GIVEN_NAMES: &str = "
    Aage Agnes Aksel Albert Alma Amalie Anders Anja Ann-Sofie Anna Anne Annette Asger Astrid August Bent
    Birgitte Bjarne Bo Bodil Britta Bruno Carl Caroline Cecilie Charlotte Christian Clara Connie Dagmar Daniel
    Dorthe Ebba Egon Elin Elisabeth Ellen Else-Marie Emil Emma Erik Ester Eva Filip Finn Flemming Freja Frida
    Gitte Gudrun Gustav Hanne Hans Hassan Heidi Helle Henrik Holger Inge Inger Ingrid Jacob Jakob Jens Jeppe
    Jesper Jette Johannes Jonas Julie Jytte Jørgen Kaj Karen Karin Karl-Johan Kasper Kim Kirstine Klaus Knud
    Kristian Lars Laura Leif Lene Lillian Linnéa Lisbeth Lone Louise Mads Magnus Maja Malene Marianne Marie
    Martin Mathilde Mette Michael Mikkel Mogens Mohammed Morten Nadia Niels Noah Ole Oscar Palle Per Pernille
    Peter Pia Poul Preben Rasmus Rikke Rune Sanne Sara Signe Simon Siw Solveig Steen Sune Susanne Svend Søren
    Thea Thomas Tine Tobias Torben Trine Ulla Vibeke Viggo Viktor Yasmin Yrsa Åse Ægir Øjvind
";

const SURNAMES: &str = "
    Abildgaard Ahmed Ali Andersen Andreasen Bach Bang Bech Berg Bertelsen Bisgaard Bjerre Brandt Bruun Buch
    Carlsen Christensen Christiansen Clausen Dahl Dalgård Eriksen Fischer Frandsen Frederiksen Friis Gregersen
    Hald Hansen Hedegaard Henriksen Hermansen Holm Holst Hussain Ibsen Iversen Jacobsen Jakobsen Jensen
    Jespersen Johansen Johnsen Juhl Jørgensen Karlsen Kjær Kjeldsen Klausen Knudsen Koch Kowalczyk Kristensen
    Kristiansen Krogh Larsen Lassen Lauridsen Laursen Lind Lorenzen Lund Madsen Mathiesen Mikkelsen Mogensen
    Mortensen Munk Møller Mørk Nguyen Nielsen Nikolajsen Nissen Nygaard Nørgaard Olesen Olsen Overgaard Paulsen
    Pedersen Petersen Poulsen Rasmussen Ravn Riis Schmidt Schou Simonsen Skov Skytte Sommer Steffensen Svendsen
    Søgaard Sørensen Thomsen Thorsen Toft Vestergaard Villadsen Vinther Winther Würtz Ærenlund Østergaard Ågesen
";

/// The pools, and the names that are in use, without regard to case.
#[derive(Debug)]
pub struct Names {
    given: Vec<&'static str>,
    surnames: Vec<&'static str>,
    taken: BTreeSet<String>,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            given: GIVEN_NAMES.split_whitespace().collect(),
            surnames: SURNAMES.split_whitespace().collect(),
            taken: BTreeSet::new(),
        }
    }
}

impl Names {
    /// Enters a name; false when somebody has it already.
    pub fn take(&mut self, given: &str, surname: &str) -> bool {
        self.taken.insert(format!("{given} {surname}").to_lowercase())
    }

    /// A given name and a surname that nobody has. When the pools run thin, a surname serves as middle name, as is
    /// the custom; that is also done now and then without need.
    pub fn draw(&mut self, random: &mut Random) -> (String, String) {
        let mut tries = 0;
        loop {
            let mut given = random.pick(&self.given).to_owned();
            let surname = random.pick(&self.surnames);
            if tries >= 3 || random.one_in(12) {
                given = format!("{given} {}", random.pick(&self.surnames));
            }
            tries += 1;
            if self.take(&given, surname) {
                return (given, surname.to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_drawn_once() {
        let (mut names, mut random) = (Names::default(), Random::labelled(1, "names"));
        let drawn: BTreeSet<_> = (0..20_000).map(|_| names.draw(&mut random)).collect();
        assert_eq!(drawn.len(), 20_000);
    }

    #[test]
    fn case_does_not_make_a_new_name() {
        let mut names = Names::default();
        assert!(names.take("Anders", "de la Cour"));
        assert!(!names.take("Anders", "De La Cour"));
    }
}
