package main

import (
	"fmt"
	"reflect"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func kindOf(object runtime.Object) string {
	return reflect.TypeOf(object).Elem().Name()
}

// fill sets the members of an object, the same ones to the same values each time.
func fill(object runtime.Object, form string) {
	switch form {
	case "empty":
		(&filler{}).fill(reflect.ValueOf(object).Elem())
	case "full":
		(&filler{full: true}).fill(reflect.ValueOf(object).Elem())
	}
}

type filler struct {
	// Otherwise pointers point to nothing, and lists and maps hold one that is nothing.
	full  bool
	count int
}

func (f *filler) next() int {
	f.count++
	return f.count
}

func (f *filler) fill(value reflect.Value) {
	if f.fillKnown(value) {
		return
	}
	switch value.Kind() {
	case reflect.Struct:
		for i := range value.NumField() {
			if tag := value.Type().Field(i).Tag.Get("protobuf"); tag != "" && tag != "-" {
				f.fill(value.Field(i))
			}
		}
	case reflect.Pointer:
		if !f.full && isTime(value.Type().Elem()) {
			// JSON has no word for a pointer to the time zero.
			return
		}
		value.Set(reflect.New(value.Type().Elem()))
		f.fill(value.Elem())
	case reflect.Slice:
		f.fillSlice(value)
	case reflect.Map:
		value.Set(reflect.MakeMap(value.Type()))
		for _, name := range f.names() {
			item := reflect.New(value.Type().Elem()).Elem()
			f.fill(item)
			if item.Kind() == reflect.Slice && item.IsNil() {
				item.SetBytes([]byte{})
			}
			value.SetMapIndex(reflect.ValueOf(name).Convert(value.Type().Key()), item)
		}
	case reflect.String:
		f.set(func(n int) { value.SetString(fmt.Sprintf("text %d <é>", n)) })
	case reflect.Bool:
		f.set(func(int) { value.SetBool(true) })
	case reflect.Int32:
		f.set(func(n int) { value.SetInt(int64(n) * []int64{1, -1, 300}[n%3]) })
	case reflect.Int64:
		f.set(func(n int) { value.SetInt(int64(n) * []int64{1, -1, 1 << 40}[n%3]) })
	default:
		panic(value.Type())
	}
}

func isTime(t reflect.Type) bool {
	return t == reflect.TypeFor[meta.Time]() || t == reflect.TypeFor[meta.MicroTime]()
}

func (f *filler) set(assign func(n int)) {
	if f.full {
		assign(f.next())
	}
}

// names are in another order for Go than for JavaScript.
func (f *filler) names() []string {
	if f.full {
		return []string{"b", "a", "é", "\uffff", "😀"}
	}
	return []string{""}
}

func (f *filler) fillSlice(value reflect.Value) {
	if value.Type().Elem().Kind() == reflect.Uint8 {
		f.set(func(n int) { value.SetBytes([]byte{0, 0xff, byte(n)}) })
		return
	}
	length := 1
	if f.full {
		length = 2
	}
	value.Set(reflect.MakeSlice(value.Type(), length, length))
	for i := range length {
		f.fill(value.Index(i))
	}
}

// fillKnown sets what has a form of its own in JSON.
func (f *filler) fillKnown(value reflect.Value) bool {
	moment := time.Date(2026, 2, 3, 4, 5, 6, 789012345, time.UTC)
	switch known := value.Addr().Interface().(type) {
	case *meta.Time:
		f.set(func(n int) { known.Time = moment.AddDate(0, 0, -n*100) })
	case *meta.MicroTime:
		f.set(func(n int) { known.Time = moment.AddDate(0, 0, -n*100) })
	case *meta.FieldsV1:
		known.SetRawString(`{}`)
		f.set(func(n int) { known.SetRawString(fmt.Sprintf(`{"f:metadata":{"f:labels":{".":{},"f:a%d":{}}}}`, n)) })
	case *intstr.IntOrString:
		f.set(func(n int) { *known = []intstr.IntOrString{intstr.FromInt32(int32(n)), intstr.FromString("http")}[n%2] })
	case *resource.Quantity:
		f.set(func(n int) { *known = *resource.NewMilliQuantity(int64(n)*100, resource.DecimalSI) })
	default:
		return false
	}
	return true
}
