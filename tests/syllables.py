"""Thai syllables that names of made-up worlds are put together from."""

SYLLABLES = [
    "กรุง",
    "เชียง",
    "ใหม่",
    "มหา",
    "นคร",
    "ราช",
    "สุ",
    "วรรณ",
    "ภูมิ",
    "บุรี",
    "ศรี",
    "ธรรม",
    "ชัย",
    "พล",
    "หวัง",
    "จาง",
    "หลี่",
    "ทอง",
]
