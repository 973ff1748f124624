package policy

import (
	"reflect"
	"slices"
	"strings"
)

// object is a part of a JSON Schema.
type object = map[string]any

// Schema is the JSON Schema (2020-12) of a file of settings, made from the same
// types by which it is read: it takes the keys and types that ParseLayers takes,
// and no others. What a type cannot say, such as whether a time zone is one, only
// reading tells. Descriptions are those of the sections and of the tag
// `description` of their fields.
func Schema(sections []Section) map[string]any {
	keys := commonSchema()
	for _, s := range sections {
		settings := reflect.ValueOf(s.New()).Elem()
		keys[s.Name] = described(structSchema(settings.Type(), settings), s.Description)
	}
	return object{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"title":                "Kintsugi",
		"description":          "The settings of Kintsugi, .github/kintsugi.yml. Every key may be left out.",
		"type":                 orNull("object"),
		"properties":           keys,
		"additionalProperties": false,
	}
}

// commonSchema is that of the keys that every policy has. They are read by hand,
// and so they are described by hand.
func commonSchema() object {
	return object{
		keyLanguage: object{
			"description": "The language that Kintsugi writes in. Without it, each issue is answered in the language of its text.",
			"anyOf":       []any{object{"enum": []any{"en", "ja", nil}}, object{"type": "string", "pattern": `^\s*([Ee][Nn]|[Jj][Aa])\s*$`}},
		},
		keyTimeZone: object{
			"description": "The time zone of times that are written without one, and of working hours, by its IANA name.",
			"type":        orNull("string"), "default": "UTC", "examples": []any{"Asia/Tokyo", "Europe/Berlin"},
		},
		keyEnabled: object{
			"description": "false stops every write at once.",
			"anyOf":       []any{object{"type": "boolean"}, object{"type": "string", "pattern": anyCase("true", "yes", "on", "y", "false", "no", "off", "n")}},
			"default":     true,
		},
		keyMode: object{
			"description": "observe decides and writes nothing; what would be done, `kintsugi plan` shows.",
			"enum":        []any{modeAct, modeObserve}, "default": modeAct,
		},
		keySince: object{
			"description": "Issues opened before this date or time are left alone unless a command is used on them.",
			"type":        orNull("string"), "examples": []any{"2026-12-01", "2026-12-01T09:00:00+09:00"},
			"pattern": `^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}([.,]\d+)?(Z|[+-]\d{2}:\d{2}))?$`,
		},
		keyWorkingHours: object{
			"description": "When people may be called although nothing is urgent, from Monday to Friday. Without it, and without holidays, at any time.",
			"type":        orNull("string"), "examples": []any{"10:00-18:00"},
		},
		keyHolidays: object{
			"description": "Days off: a country by its code, a day, or days from one to another.",
			"type":        orNull("array"), "items": object{"type": "string"},
			"examples": []any{[]any{"jp", "2026-12-29..2027-01-03"}},
		},
		keyServices: described(typeSchema(reflect.TypeFor[map[string]Service]()), "What the organisation runs, by name."),
	}
}

// anyCase matches any of the words in any case, without a flag that not all know.
func anyCase(list ...string) string {
	var b strings.Builder
	for i, word := range list {
		if i > 0 {
			b.WriteByte('|')
		}
		for _, r := range word {
			b.WriteString("[" + strings.ToUpper(string(r)) + string(r) + "]")
		}
	}
	return "^(" + b.String() + ")$"
}

// typeSchema is that of a value of a type; the key may also be left without one.
func typeSchema(t reflect.Type) object {
	if unmarshalsText(t) {
		written := []any{"string", "number", "boolean", "null"} // as it is written
		if !hasKeys(t) {
			return object{"type": written}
		}
		either := structSchema(t, reflect.Zero(t))
		either["type"] = append(written, "object")
		return either
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeSchema(t.Elem())
	case reflect.Struct:
		return structSchema(t, reflect.Zero(t))
	case reflect.Map:
		return object{"type": orNull("object"), "additionalProperties": typeSchema(t.Elem())}
	case reflect.Slice:
		return object{"type": orNull("array"), "items": filled(typeSchema(t.Elem()))}
	case reflect.String:
		return object{"type": orNull("string")}
	case reflect.Bool:
		return object{"type": orNull("boolean")}
	case reflect.Float32, reflect.Float64:
		return object{"type": orNull("number")}
	}
	whole := object{"type": orNull("integer")}
	if bits := t.Bits(); bits < 64 {
		whole["minimum"], whole["maximum"] = -int64(1)<<(bits-1), int64(1)<<(bits-1)-1
	}
	return whole
}

// structSchema is that of a group of keys, with the defaults that settings hold.
func structSchema(t reflect.Type, settings reflect.Value) object {
	keys := object{}
	for i := range t.NumField() {
		name := fieldName(t.Field(i))
		if name == "" {
			continue
		}
		key := described(typeSchema(t.Field(i).Type), t.Field(i).Tag.Get("description"))
		if byDefault := settings.Field(i); isPlain(byDefault.Type()) && !byDefault.IsZero() {
			key["default"] = byDefault.Interface()
		}
		keys[name] = key
	}
	return object{"type": orNull("object"), "properties": keys, "additionalProperties": false}
}

// isPlain reports whether JSON writes a value of the type as a policy does.
func isPlain(t reflect.Type) bool {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t.PkgPath() == "" && t.Kind() != reflect.Struct && t.Kind() != reflect.Map && t.Kind() != reflect.Pointer
}

func described(s object, text string) object {
	if text != "" {
		s["description"] = text
	}
	return s
}

// orNull is a type that a key may also be left without: "label:" says nothing.
func orNull(name string) []any { return []any{name, "null"} }

// filled is a schema without the null: an entry of a list says something.
func filled(s object) object {
	if types, ok := s["type"].([]any); ok {
		s["type"] = slices.DeleteFunc(types, func(name any) bool { return name == "null" })
	}
	return s
}
