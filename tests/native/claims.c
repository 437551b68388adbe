/* Claims of the shipped cases of nl-cv, put to the library that `accord build agreements/nl-cv --native -o nl-cv` makes.
   Prints a line for each claim and result: the claim, the result, the outcome, the value in minor units or -, the names
   and the provisions. */
#include "nl-cv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 7, PERIODS = 16 };

/* Room for the largest values of every column, all zero and none of them valid. */
static int64_t values[NL_CV_COLUMNS][ROWS + PERIODS];
static uint8_t valid[NL_CV_COLUMNS][(ROWS + 7) / 8];
static int32_t periods;
static int row = -1;

static void *place(int column) {
    valid[column][row / 8] |= (uint8_t)(1u << (row % 8));
    return values[column];
}

static void put_member(int column, uint8_t value) { ((uint8_t *)place(column))[row] = value; }
static void put_country(int column, uint16_t value) { ((uint16_t *)place(column))[row] = value; }
static void put_day(int column, int32_t value) { ((int32_t *)place(column))[row] = value; }
static void put_amount(int column, int64_t value) { ((int64_t *)place(column))[row] = value; }
static void put_countries(int column, uint64_t value) { ((uint64_t *)place(column))[row] = value; }

static void put_yes_no(int column, int yes) {
    uint8_t *bits = place(column);
    bits[row / 8] |= (uint8_t)((yes ? 1u : 0u) << (row % 8));
}

/* Days since 1970-01-01 of a day of the Gregorian calendar. */
static int32_t day(int32_t y, int32_t m, int32_t d) {
    int32_t year = m <= 2 ? y - 1 : y, shifted = m <= 2 ? m + 9 : m - 3;
    int32_t era = year / 400, of_era = year % 400, of_year = (153 * shifted + 2) / 5 + d - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* The next claim: what all of them have. */
static void claim(uint8_t benefit, int32_t born, int32_t event) {
    row++;
    put_member(NL_CV_COLUMN_CLAIM_BENEFIT, benefit);
    put_day(NL_CV_COLUMN_PERSON_BORN, born);
    put_day(NL_CV_COLUMN_CLAIM_EVENT, event);
    put_countries(NL_CV_COLUMN_PERSON_NATIONALITIES, UINT64_C(1) << NL_CV_PARTY_CV);
    put_country(NL_CV_COLUMN_PERSON_RESIDENCE, NL_CV_PARTY_CV);
    /* From here on this claim has so many periods: none yet. */
    int32_t *offsets = place(NL_CV_COLUMN_PERIODS_OFFSETS);
    offsets[row] = offsets[row + 1] = periods;
}

/* A period of the claim; they come in the order of their first days. */
static void period(uint8_t party, uint8_t quality, int32_t from, int32_t to) {
    ((int32_t *)values[NL_CV_COLUMN_PERIODS_FROM])[periods] = from;
    ((int32_t *)values[NL_CV_COLUMN_PERIODS_TO])[periods] = to;
    ((uint8_t *)values[NL_CV_COLUMN_PERIODS_PARTY])[periods] = party;
    ((uint8_t *)values[NL_CV_COLUMN_PERIODS_KIND])[periods] = ACCORD_KIND_INSURANCE;
    ((uint8_t *)values[NL_CV_COLUMN_PERIODS_QUALITY])[periods] = quality;
    periods++;
    ((int32_t *)values[NL_CV_COLUMN_PERIODS_OFFSETS])[row + 1] = periods;
}

static void insured(uint8_t party, int32_t from, int32_t to) { period(party, ACCORD_QUALITY_COMPULSORY, from, to); }

/* What the institution of Cabo Verde says; an amount below zero is not said. */
static void of_cv(int alone_too, int64_t alone, int64_t all) {
    put_yes_no(NL_CV_COLUMN_CV_ENTITLED, 1);
    put_yes_no(NL_CV_COLUMN_CV_ENTITLED_ALONE, alone_too);
    if (alone >= 0) put_amount(NL_CV_COLUMN_CV_ALONE, alone);
    if (all >= 0) put_amount(NL_CV_COLUMN_CV_ALL, all);
}

/* What the Dutch institution says of an old-age pension. */
static void of_nl(int64_t alone) {
    put_yes_no(NL_CV_COLUMN_NL_ENTITLED, 1);
    put_yes_no(NL_CV_COLUMN_NL_ENTITLED_ALONE, 1);
    put_amount(NL_CV_COLUMN_NL_ALONE, alone);
}

/* An invalidity pension: what the Dutch institution says of it. */
static void incapable(void) {
    put_countries(NL_CV_COLUMN_CLAIM_INSURED_UNDER, UINT64_C(1) << NL_CV_PARTY_CV);
    put_yes_no(NL_CV_COLUMN_NL_INCAPABLE, 1);
    put_amount(NL_CV_COLUMN_NL_WAO, 140000);
    put_amount(NL_CV_COLUMN_NL_AAW, 120000);
}

static const char *const cases[ROWS] = {
    "Eleven Dutch months: the Netherlands nothing, Cabo Verde all",
    "Twelve Dutch months: both pay",
    "Dutch old age is paid directly, Cabo Verde pays its part",
    "Compulsory before voluntary: three months are left to Cabo Verde",
    "What is missing is named: the institution's figure",
    "Compulsory in both on the same days: not for the text to say",
    "Periods without dates do not coincide",
};

static void claims(void) {
    claim(NL_CV_BENEFIT_INVALIDITY_PENSION, day(1970, 1, 1), day(2015, 1, 1));
    insured(NL_CV_PARTY_NL, day(2000, 1, 1), day(2000, 11, 30));
    insured(NL_CV_PARTY_CV, day(2005, 1, 1), day(2014, 12, 31));
    incapable();
    of_cv(1, 2400000, 2620000);

    claim(NL_CV_BENEFIT_INVALIDITY_PENSION, day(1970, 1, 1), day(2015, 1, 1));
    insured(NL_CV_PARTY_NL, day(2000, 1, 1), day(2000, 12, 31));
    insured(NL_CV_PARTY_CV, day(2005, 1, 1), day(2014, 12, 31));
    incapable();
    of_cv(1, 2400000, 2640000);

    claim(NL_CV_BENEFIT_OLD_AGE_PENSION, day(1945, 1, 1), day(2010, 1, 1));
    insured(NL_CV_PARTY_CV, day(1960, 1, 1), day(1969, 12, 31));
    insured(NL_CV_PARTY_NL, day(1970, 1, 1), day(1989, 12, 31));
    of_nl(40000);
    of_cv(0, -1, 3600000);

    claim(NL_CV_BENEFIT_OLD_AGE_PENSION, day(1945, 1, 1), day(2010, 1, 1));
    insured(NL_CV_PARTY_NL, day(2004, 1, 1), day(2004, 6, 30));
    period(NL_CV_PARTY_CV, ACCORD_QUALITY_VOLUNTARY, day(2004, 4, 1), day(2004, 9, 30));
    of_nl(1000);
    of_cv(1, 60000, 90000);

    claim(NL_CV_BENEFIT_OLD_AGE_PENSION, day(1945, 1, 1), day(2010, 1, 1));
    insured(NL_CV_PARTY_CV, day(1960, 1, 1), day(1969, 12, 31));
    insured(NL_CV_PARTY_NL, day(1970, 1, 1), day(1989, 12, 31));
    of_nl(40000);
    of_cv(0, -1, -1);

    claim(NL_CV_BENEFIT_OLD_AGE_PENSION, day(1945, 1, 1), day(2010, 1, 1));
    insured(NL_CV_PARTY_NL, day(2000, 1, 1), day(2004, 12, 31));
    insured(NL_CV_PARTY_CV, day(2004, 1, 1), day(2008, 12, 31));
    of_nl(10000);
    of_cv(0, -1, 1200000);

    /* Sixty months of Cabo Verde without days: a column of days cannot say them. */
    claim(NL_CV_BENEFIT_OLD_AGE_PENSION, day(1945, 1, 1), day(2010, 1, 1));
    insured(NL_CV_PARTY_NL, day(2000, 1, 1), day(2004, 12, 31));
    insured(ACCORD_OTHER_PERIOD, day(9999, 12, 31), day(9999, 12, 31));
    of_nl(10000);
    of_cv(0, -1, 1200000);
}

/* The texts of a table whose bits are set, each once, with `; ` between them. */
static void print_bits(uint64_t bits, const char *const *table) {
    const char *last = "";
    for (int bit = 0; table[bit] != NULL; bit++) {
        if ((bits >> bit & 1) == 0 || strcmp(table[bit], last) == 0) continue;
        printf("%s%s", last[0] == 0 ? "" : "; ", table[bit]);
        last = table[bit];
    }
}

int main(void) {
    static int64_t amounts[NL_CV_RESULTS][ROWS];
    static uint64_t there[NL_CV_RESULTS][(ROWS + 63) / 64], detail[NL_CV_RESULTS][ROWS], rules[NL_CV_RESULTS][ROWS];
    static uint8_t outcome[NL_CV_RESULTS][ROWS];
    static const char *const words[] = {"value", "nothing", "undetermined", "refer", "gap", "conflict", "fault", "left"};
    struct accord_column columns[NL_CV_COLUMNS];
    struct accord_result results[NL_CV_RESULTS];
    claims();
    for (int i = 0; i < NL_CV_COLUMNS; i++) {
        columns[i] = (struct accord_column){.values = values[i], .valid = valid[i], .first = 0};
    }
    for (int i = 0; i < NL_CV_RESULTS; i++) {
        results[i] = (struct accord_result){.values = amounts[i], .below = NULL, .valid = there[i],
                                            .outcome = outcome[i], .detail = detail[i], .rules = rules[i]};
    }
    if (nl_cv_benefit(columns, results, 0, ROWS) != 0) return 1;
    for (int at = 0; at < ROWS; at++) {
        for (int i = 0; i < NL_CV_RESULTS; i++) {
            printf("%s\t%s\t%s\t", cases[at], nl_cv_result_names[i], words[outcome[i][at]]);
            if (there[i][at / 64] >> (at % 64) & 1) {
                printf("%" PRId64, amounts[i][at]);
            } else {
                printf("-");
            }
            printf("\t");
            if (outcome[i][at] >= ACCORD_UNDETERMINED && outcome[i][at] <= ACCORD_GAP) {
                print_bits(detail[i][at], nl_cv_names);
            }
            printf("\t");
            print_bits(rules[i][at], nl_cv_rules[i]);
            printf("\n");
        }
    }
    return 0;
}
