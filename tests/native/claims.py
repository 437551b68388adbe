"""Calls a library made by `accord build --native` from Python, with nothing but ctypes and the header beside it.

claims.py LIBRARY HEADER          the claims of claims.c, printed as claims.c prints them
claims.py LIBRARY HEADER ROWS     rows from a file, see `rows_from`, each result of each row on a line
"""

import ctypes
import datetime
import re
import sys

WORDS = ["value", "nothing", "undetermined", "refer", "gap", "conflict", "fault", "left"]
SIZES = {"u8": 1, "u16": 2, "i32": 4, "i64": 8, "u64": 8}


class Column(ctypes.Structure):
    """struct accord_column"""

    _fields_ = [("values", ctypes.c_void_p), ("valid", ctypes.c_void_p), ("first", ctypes.c_int64)]


class Result(ctypes.Structure):
    """struct accord_result"""

    _fields_ = [(name, ctypes.c_void_p) for name in ("values", "below", "valid", "outcome", "detail", "rules")]


class Header:
    """The constants and the tables of a header, and the name of its function."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
        pairs = re.findall(r"(\w+) = (\d+)", text) + re.findall(r"#define (\w+) (\d+)", text)
        self.constants = {name: int(number) for name, number in pairs}
        self.symbol = re.search(r"int64_t (\w+)\(const struct accord_column", text).group(1)
        self.ident = re.search(r"enum (\w+)_party \{", text).group(1)
        self.tables = {}
        for name, body in re.findall(r"static const char \*const (\w+)\[\] = \{(.*?)\};", text, flags=re.S):
            self.tables[name] = [self.plain(one) for one in re.findall(r'"((?:[^"\\]|\\.)*)"', body)]
        body = re.search(r"const \*const %s_rules\[\] = \{(.*?)\};" % self.ident, text, flags=re.S).group(1)
        self.rules = [self.tables[name] for name in re.findall(r"\w+_rules_of_\w+", body)]
        self.names = self.tables[self.ident + "_names"]
        self.results = self.tables[self.ident + "_result_names"]

    @staticmethod
    def plain(literal):
        """The text of a literal of C."""
        octal = re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m.group(1), 8)]), literal.encode())
        return re.sub(rb'\\(["\\?])', rb"\1", octal).decode()

    def __getitem__(self, name):
        return self.constants[self.ident.upper() + "_" + name]

    def get(self, name):
        return self.constants.get(self.ident.upper() + "_" + name)


def packed(kind, values, valid, first):
    """A column: its values `first` places behind the beginning, with something else before them."""
    shifted = [1] * first + list(values)
    bits = [0] * first + list(valid)
    if kind == "bit":
        content = bitmap(shifted)
    elif kind == "none":
        content = b""
    else:
        size = SIZES[kind]
        content = b"".join(value.to_bytes(size, sys.byteorder, signed=kind[0] == "i") for value in shifted)
    return content, bitmap(bits), first


def bitmap(bits):
    content = bytearray(len(bits) // 8 + 1)
    for at, bit in enumerate(bits):
        content[at // 8] |= bool(bit) << at % 8
    return bytes(content)


def run(library, header, columns, kinds, rows, pieces, first=0):
    """The results of all rows, computed in pieces of so many rows: for each row and result what stands in each part."""
    enter = getattr(library, header.symbol)
    enter.restype = ctypes.c_int64
    enter.argtypes = [ctypes.POINTER(Column), ctypes.POINTER(Result), ctypes.c_int64, ctypes.c_int64]
    absent = packed("u64", [0] * (rows + 1), [0] * rows, first)
    raw, kept = (Column * header["COLUMNS"])(), []
    for at in range(len(raw)):
        values, valid, start = packed(*columns[at], first) if at in columns else absent
        buffers = [ctypes.create_string_buffer(values, len(values) + 1), ctypes.create_string_buffer(valid, len(valid))]
        kept.append(buffers)
        raw[at] = Column(ctypes.addressof(buffers[0]), ctypes.addressof(buffers[1]), start)
    found = []
    for lo in range(0, rows, pieces):
        hi = min(lo + pieces, rows)
        room = [make_room(hi - lo) for _ in header.results]
        out = (Result * header["RESULTS"])(*[Result(*[ctypes.addressof(part) for part in one]) for one in room])
        if enter(raw, out, lo, hi) != 0:
            sys.exit("the library did not run")
        for row in range(hi - lo):
            found.append([answer(one, kinds[at], row) for at, one in enumerate(room)])
    return found


def make_room(rows):
    """Values, below, valid, outcome, detail, rules, filled with what must not be left there."""
    words = (rows + 63) // 64
    sizes = [8 * max(rows, words), 8 * rows, 8 * words, rows, 8 * rows, 8 * rows]
    return [(ctypes.c_ubyte * size)(*[0xAA] * size) for size in sizes]


def answer(parts, kind, row):
    """Outcome, value, below, detail and rules of a row."""
    values, below, valid, outcome, detail, rules = [bytes(part) for part in parts]

    def number(content, size, signed=False):
        return int.from_bytes(content[row * size : (row + 1) * size], sys.byteorder, signed=signed)

    there = valid[row // 8] >> row % 8 & 1
    if there != (outcome[row] == 0):
        sys.exit(f"row {row}: the bit says {there}, the outcome {outcome[row]}")
    if not there:
        value = under = None
    elif kind == "bit":
        value, under = values[row // 8] >> row % 8 & 1, None
    elif kind == "fraction":
        value, under = number(values, 8, True), number(below, 8, True)
    else:
        value, under = number(values, SIZES[kind], kind[0] == "i"), None
    return outcome[row], value, under, number(detail, 8), number(rules, 8)


def told(header, at, found):
    """Outcome, value, names and provisions in words, with tabs between them."""
    outcome, value, under, detail, rules = found
    shown = "-" if value is None else str(value) if under is None else f"{value}/{under}"
    named = [name for bit, name in enumerate(header.names) if detail >> bit & 1] if 2 <= outcome <= 4 else []
    cited = [rule for bit, rule in enumerate(header.rules[at]) if rules >> bit & 1]
    return "\t".join([WORDS[outcome], shown, "; ".join(named), "; ".join(dict.fromkeys(cited))])


def rows_from(header, path):
    """Rows from a file of lines with tabs: `rows` and their number; `result`, its name and type; `column`, the end of
    its constant, its type and its values, of which `!7` is 7 where there is none. Columns the code does not read are
    left out."""
    columns, kinds, rows = {}, {}, 0
    with open(path, encoding="utf-8") as file:
        for what, *words in (line.rstrip("\n").split("\t") for line in file):
            if what == "rows":
                rows = int(words[0])
            elif what == "result":
                kinds[header.results.index(words[0])] = words[1]
            elif header.get("COLUMN_" + words[0]) is not None:
                values = [int(word.lstrip("!")) for word in words[2:]]
                valid = [not word.startswith("!") for word in words[2:]]
                columns[header["COLUMN_" + words[0]]] = (words[1], values, valid)
    return columns, kinds, rows


def print_rows(library, header, path):
    columns, kinds, rows = rows_from(header, path)
    found = run(library, header, columns, kinds, rows, max(rows, 1))
    for row, results in enumerate(found):
        for at, one in enumerate(results):
            print(row, header.results[at], told(header, at, one), sep="\t")
    # A slice of an array, and more rows in pieces, give the same.
    times = 192 // max(rows, 1) + 1
    more = {at: repeated(column, times, at == header["COLUMN_PERIODS_OFFSETS"]) for at, column in columns.items()}
    if run(library, header, more, kinds, rows * times, 64, first=11) != found * times:
        sys.exit("another answer where columns begin elsewhere")


def repeated(column, times, offsets):
    """A column so many times over; offsets go on where they ended."""
    kind, values, valid = column
    if not offsets:
        return kind, values * times, valid * times
    ends = [values[-1] * turn + value for turn in range(times) for value in values[:-1]]
    return kind, ends + [values[-1] * times], valid[:-1] * times + valid[-1:]


def day(text):
    return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days


def claims(header):
    """The claims of claims.c: name, facts by column, periods."""
    cv, nl, yes, no = header["PARTY_CV"], header["PARTY_NL"], 1, 0
    other = header.constants["ACCORD_OTHER_PERIOD"]
    old_age, invalidity = header["BENEFIT_OLD_AGE_PENSION"], header["BENEFIT_INVALIDITY_PENSION"]
    person = {"PERSON_NATIONALITIES": 1 << cv, "PERSON_RESIDENCE": cv}
    pension = person | {"CLAIM_BENEFIT": old_age, "PERSON_BORN": day("1945-01-01"), "CLAIM_EVENT": day("2010-01-01")}
    incapable = person | {
        "CLAIM_BENEFIT": invalidity, "PERSON_BORN": day("1970-01-01"), "CLAIM_EVENT": day("2015-01-01"),
        "CLAIM_INSURED_UNDER": 1 << cv, "NL_INCAPABLE": yes, "NL_WAO": 140000, "NL_AAW": 120000,
    }

    def of_nl(alone):
        return {"NL_ENTITLED": yes, "NL_ENTITLED_ALONE": yes, "NL_ALONE": alone}

    def of_cv(alone_too, **amounts):
        said = {"CV_ENTITLED": yes, "CV_ENTITLED_ALONE": alone_too}
        return said | {"CV_" + name.upper(): amount for name, amount in amounts.items()}

    later = (cv, 0, "2005-01-01", "2014-12-31")
    decades = [(cv, 0, "1960-01-01", "1969-12-31"), (nl, 0, "1970-01-01", "1989-12-31")]
    return [
        ("Eleven Dutch months: the Netherlands nothing, Cabo Verde all",
         incapable | of_cv(yes, alone=2400000, all=2620000), [(nl, 0, "2000-01-01", "2000-11-30"), later]),
        ("Twelve Dutch months: both pay",
         incapable | of_cv(yes, alone=2400000, all=2640000), [(nl, 0, "2000-01-01", "2000-12-31"), later]),
        ("Dutch old age is paid directly, Cabo Verde pays its part",
         pension | of_nl(40000) | of_cv(no, all=3600000), decades),
        ("Compulsory before voluntary: three months are left to Cabo Verde",
         pension | of_nl(1000) | of_cv(yes, alone=60000, all=90000),
         [(nl, 0, "2004-01-01", "2004-06-30"), (cv, 1, "2004-04-01", "2004-09-30")]),
        ("What is missing is named: the institution's figure",
         pension | of_nl(40000) | of_cv(no), decades),
        ("Compulsory in both on the same days: not for the text to say",
         pension | of_nl(10000) | of_cv(no, all=1200000),
         [(nl, 0, "2000-01-01", "2004-12-31"), (cv, 0, "2004-01-01", "2008-12-31")]),
        ("Periods without dates do not coincide",
         pension | of_nl(10000) | of_cv(no, all=1200000),
         [(nl, 0, "2000-01-01", "2004-12-31"), (other, 0, "9999-12-31", "9999-12-31")]),
    ]


def print_claims(library, header):
    kinds = {"CLAIM_BENEFIT": "u8", "PERSON_BORN": "i32", "CLAIM_EVENT": "i32", "PERSON_NATIONALITIES": "u64",
             "PERSON_RESIDENCE": "u16", "CLAIM_INSURED_UNDER": "u64"}
    amounts = ["NL_WAO", "NL_AAW", "NL_ALONE", "CV_ALONE", "CV_ALL"]
    kinds |= {name: "i64" for name in amounts}
    kinds |= {name: "bit" for name in ["NL_INCAPABLE", "NL_ENTITLED", "NL_ENTITLED_ALONE", "CV_ENTITLED", "CV_ENTITLED_ALONE"]}
    all_claims = claims(header)
    columns = {}
    for name, kind in kinds.items():
        values = [facts.get(name) for _, facts, _ in all_claims]
        columns[header["COLUMN_" + name]] = (kind, [v or 0 for v in values], [v is not None for v in values])
    offsets, pieces = [0], []
    for _, _, periods in all_claims:
        pieces += periods
        offsets.append(len(pieces))
    there = [True] * len(pieces)
    parts = {
        "OFFSETS": ("i32", offsets, [True] * len(offsets)),
        "PARTY": ("u8", [p[0] for p in pieces], there),
        "KIND": ("u8", [header.constants["ACCORD_KIND_INSURANCE"]] * len(pieces), there),
        "QUALITY": ("u8", [p[1] for p in pieces], there),
        "FROM": ("i32", [day(p[2]) for p in pieces], there),
        "TO": ("i32", [day(p[3]) for p in pieces], there),
    }
    columns |= {header["COLUMN_PERIODS_" + name]: part for name, part in parts.items()}
    found = run(library, header, columns, {0: "i64", 1: "i64"}, len(all_claims), 64, first=5)
    for (name, _, _), results in zip(all_claims, found):
        for at, one in enumerate(results):
            print(name, header.results[at], told(header, at, one), sep="\t")


def main():
    library, header = ctypes.CDLL(sys.argv[1]), Header(sys.argv[2])
    if len(sys.argv) > 3:
        print_rows(library, header, sys.argv[3])
    else:
        print_claims(library, header)


main()
