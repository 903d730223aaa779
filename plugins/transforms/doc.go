// Package transforms holds the transformations that come with Kafka Connect, under
// the same class names.
//
// A transformation of keys or values exists as Name$Key and Name$Value; the code is
// the same, a side tells it where to look. What a transformation does to a schema is
// compiled once for each schema into a plan (see plans and layout), so a record
// costs no look-up of names, no comparison of schemas and no validation of values
// that are known to fit.
//
// Floor 3. Connect: org.apache.kafka.connect.transforms.
package transforms
