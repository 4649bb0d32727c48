<?php
require __DIR__ . '/lib.php';

check( 'items are read, with the choices a variation leaves open', function () {
	$given = array( array( 'product_id' => '12' ), array( 'product_id' => 7, 'variation_id' => '71:attribute_pa_size=m&attribute_x%20y=a%26b', 'quantity' => '3' ) );
	same(
		array(
			array( 'product_id' => 12, 'variation_id' => 0, 'quantity' => 1, 'variation' => array() ),
			array( 'product_id' => 7, 'variation_id' => 71, 'quantity' => 3, 'variation' => array( 'attribute_pa_size' => 'm', 'attribute_x_y' => 'a&b' ) ),
		),
		Vitrine_Ajax::items( $given )
	);
} );

check( 'what is no item is refused with all that came with it', function () {
	$bad = array( array( 'product_id' => '0' ), array( 'product_id' => 'x' ), array( 'product_id' => array( 1 ) ), array(), 'text', null );
	foreach ( $bad as $i => $item ) {
		same( array(), Vitrine_Ajax::items( array( array( 'product_id' => '1' ), $item ) ), "case $i" );
	}
} );

check( 'numbers and lists have limits', function () {
	same( 1000, Vitrine_Ajax::items( array( array( 'product_id' => 1, 'quantity' => 1e9 ) ) )[0]['quantity'] );
	same( 0, Vitrine_Ajax::items( array( array( 'product_id' => 1, 'quantity' => -2 ) ) )[0]['quantity'] );
	same( 1, Vitrine_Ajax::items( array( array( 'product_id' => 1, 'quantity' => 'many' ) ) )[0]['quantity'] );
	same( 20, count( Vitrine_Ajax::items( array_fill( 0, 50, array( 'product_id' => 1 ) ) ) ) );
} );

check( 'choices are all ways to choose, a hundred at most', function () {
	$ways = Vitrine_Ajax::times( Vitrine_Ajax::times( array( array() ), 'a', array( '1', '2' ) ), 'b', array( 'x', 'y' ) );
	same( array( array( 'a' => '1', 'b' => 'x' ), array( 'a' => '1', 'b' => 'y' ), array( 'a' => '2', 'b' => 'x' ), array( 'a' => '2', 'b' => 'y' ) ), $ways );
	same( 100, count( Vitrine_Ajax::times( Vitrine_Ajax::times( array( array() ), 'a', range( 1, 50 ) ), 'b', range( 1, 50 ) ) ) );
} );
