// A map that is read as it is, in the words of map-read.
//
// Of the kernel: the binding x.
alias Raw = f32;
alias Style = u32;

fn style_of(picture: u32, channels: u32, c: u32) -> Style {
  return 0u;
}

// Nothing is the same for all channels of a place.
alias Held = u32;

fn held_at(at: u32, picture: u32) -> Held {
  return 0u;
}

fn raw_at(at: u32) -> Raw {
  return f32(x[at]);
}

fn made_of(raw: Raw, held: Held, style: Style) -> f32 {
  return raw;
}
