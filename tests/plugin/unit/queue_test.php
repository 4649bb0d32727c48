<?php
require __DIR__ . '/lib.php';

check( 'each failure doubles the pause, up to four hours', function () {
	$cases = array( array( 1, 30 ), array( 2, 60 ), array( 3, 120 ), array( 5, 480 ), array( 9, 7680 ), array( 10, 14400 ), array( 1000, 14400 ), array( 0, 30 ) );
	foreach ( $cases as $case ) {
		same( $case[1], Vitrine_Queue::pause( $case[0], 0.0 ), "$case[0] failures" );
	}
} );

check( 'chance adds a tenth at most', function () {
	same( 33, Vitrine_Queue::pause( 1, 1.0 ) );
	same( 15840, Vitrine_Queue::pause( 30, 1.0 ) );
} );
